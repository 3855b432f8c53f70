/** How weights are updated, as data. Loads nothing, so that a recipe can be read without the engine. */

/** AdamW's hyper-parameters; see `adamw.ts`. */
export type AdamWConfig = {
  /** β₁, β₂ */
  readonly betas: readonly [number, number];
  /** ε */
  readonly eps: number;
  /** λ */
  readonly weight_decay: number;
};

/** PyTorch's defaults, which IP-Adapter's training keeps. */
export const ADAMW: AdamWConfig = { betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.01 };

/** Muon's hyper-parameters; see `muon.ts`. */
export type MuonConfig = {
  /** μ */
  readonly momentum: number;
  /** Whether the update looks ahead by one gradient. */
  readonly nesterov: boolean;
  /** Newton-Schulz iterations. */
  readonly iterations: number;
  /** λ */
  readonly weight_decay: number;
  /** s */
  readonly scale: "spectral" | "rms";
};

/** The reference's defaults, with the scale under which AdamW's learning rate and decay serve. */
export const MUON: MuonConfig = {
  momentum: 0.95,
  nesterov: true,
  iterations: 5,
  weight_decay: 0.01,
  scale: "rms",
};

/** How weights are updated; JSON-serialisable. */
export type OptimizerConfig =
  | { readonly kind: "adamw"; readonly adamw: AdamWConfig }
  /** Muon for the matrices and kernels of inner layers, AdamW for everything else. */
  | {
    readonly kind: "muon";
    readonly muon: MuonConfig;
    readonly adamw: AdamWConfig;
    /** Muon's learning rate in units of AdamW's: about 1 under the scale "rms", more under "spectral". */
    readonly muonRate: number;
  };

/** AdamW with PyTorch's constants. */
export const ADAMW_OPTIMIZER: OptimizerConfig = { kind: "adamw", adamw: ADAMW };

/** Muon beside that AdamW, under one learning rate. */
export const MUON_OPTIMIZER: Extract<OptimizerConfig, { kind: "muon" }> = {
  kind: "muon",
  muon: MUON,
  adamw: ADAMW,
  muonRate: 1,
};
