import { host, type HostArray, leaf, type ProgramFunction } from "../../lib/engine/mod.ts";
import { muon, type MuonConfig } from "../../lib/training/mod.ts";
import { build, type CaseRunner } from "./case_runner.ts";

const SCALES = ["spectral", "rms"] as const;

/** Muon on matrices and a kernel, each a stack of one, under both scales of the update. */
export const muonCase: CaseRunner = async (golden, engine) => {
  const config = golden.config.muon as MuonConfig & { readonly lr: number };
  const steps = golden.config.steps as number;
  const tensors: Record<string, HostArray> = {};
  for (const [place, start] of Object.entries(golden.inputs)) {
    if (!place.startsWith("params.")) continue;
    const name = place.slice("params.".length);
    const size = start.data.length;
    const rows = start.shape[0] as number;
    const shape = [1, rows, size / rows];
    const gradients = leaf(golden.inputs, `gradients.${name}`).data as Float32Array;
    for (const scale of SCALES) {
      const step: ProgramFunction = (_, state, fed) => ({
        state: {
          ...muon({ params: leaf(state, "params"), m: leaf(state, "m") }, leaf(fed, "gradient"), {
            rate: leaf(fed, "rate"),
            config: { ...config, scale },
          }),
        },
        outputs: {},
      });
      const program = await build(step, {
        state: { params: host(start.data.slice(), shape), m: host(new Float32Array(size), shape) },
        inputs: { gradient: { shape }, rate: { shape: [] } },
      }, engine);
      const history = new Float32Array(steps * size);
      for (let i = 0; i < steps; i++) {
        const gradient = gradients.slice(i * size, (i + 1) * size);
        await program.run({ gradient, rate: Float32Array.of(config.lr) });
        history.set(leaf(program.readState(), "params").data, i * size);
      }
      tensors[`outputs.${scale}.params.${name}`] = host(history, [steps, ...start.shape]);
      tensors[`outputs.momentum.${name}`] = host(leaf(program.readState(), "m").data.slice(), start.shape);
      await program.dispose();
    }
  }
  return { tensors };
};
