/** What the paper's models were measured to take (`deno task bench paper`), and estimates from it. */
import measured from "../../results/bench/paper.json" with { type: "json" };

/** Seconds of one run and gigabytes at the peak of one part; the latter NaN where it was not measured. */
export interface PartRate {
  readonly seconds: number;
  readonly gigabytes: number;
}

/** Measured parts: a guided denoising step, a picture's decoding, a condition's encoding, a training step of batch 1. */
export interface PaperRates {
  readonly denoise: PartRate;
  readonly decode: PartRate;
  readonly encode: PartRate;
  readonly train: PartRate;
  /** On which device. */
  readonly device: string;
  /** Where: processor, device, threads. */
  readonly where: string;
}

/** 10⁹ operations of one run of the parts, as `deno task bench paper` counts them. */
const GIGAFLOP = { denoise: 1544, decode: 2128, encode: 335, train: 1605 } as const;

/** A part's rate; where it was not measured its arithmetic at the denoising step's rate. */
function rateOf(part: keyof typeof GIGAFLOP): PartRate {
  const row = measured.rows.find((each) => each.part === part);
  if (row) {
    const { median, processor = Infinity, peakMemoryMiB } = row.ours;
    // A process that had to wait for others takes no longer than its processor time where it has not.
    return { seconds: Math.min(median / 1000, processor), gigabytes: peakMemoryMiB * 1024 ** 2 / 1e9 };
  }
  if (part === "train" || part === "denoise") return { seconds: NaN, gigabytes: NaN };
  return { seconds: GIGAFLOP[part] / GIGAFLOP.denoise * rateOf("denoise").seconds, gigabytes: NaN };
}

/** The committed measurement. */
export const PAPER_RATES: PaperRates = {
  denoise: rateOf("denoise"),
  decode: rateOf("decode"),
  encode: rateOf("encode"),
  train: rateOf("train"),
  device: measured.device,
  where: `${measured.machine.cpu}, ${measured.device}, ${measured.threads} threads`,
};

/** The arithmetic in place of seconds: 10⁹ operations. */
const OPERATIONS: PaperRates = {
  ...PAPER_RATES,
  denoise: { seconds: GIGAFLOP.denoise, gigabytes: NaN },
  decode: { seconds: GIGAFLOP.decode, gigabytes: NaN },
  encode: { seconds: GIGAFLOP.encode, gigabytes: NaN },
  train: { seconds: GIGAFLOP.train, gigabytes: NaN },
};

/** Seconds of one task's encoding, one training, and the scoring of one model on one task. */
export interface ExpectedSeconds {
  readonly encode: number;
  readonly train: number;
  readonly score: number;
}

/** What of a budget takes time. */
export interface PaperWork {
  readonly trainItems: number;
  readonly validationItems: number;
  readonly steps: number;
  readonly batch: number;
  readonly samplerSteps: number;
}

/** 10⁹ operations of the same: what is known of a device that was not measured. */
export const expectedPaperOperations = (budget: PaperWork): ExpectedSeconds =>
  expectedPaperSeconds(budget, OPERATIONS);

/**
 * Estimates at the paper's scale on the machine of the rates. A target's latents are taken to cost what decoding does; a scored picture is sampled,
 * decoded and encoded once; a batch costs as many training steps of batch 1.
 */
export function expectedPaperSeconds(
  budget: PaperWork,
  rates: PaperRates = PAPER_RATES,
): ExpectedSeconds {
  const { denoise, decode, encode, train } = rates;
  const picture = budget.samplerSteps * denoise.seconds + decode.seconds + encode.seconds;
  return {
    encode: (budget.trainItems + budget.validationItems) * (decode.seconds + encode.seconds),
    train: budget.steps * budget.batch * train.seconds,
    score: budget.validationItems * picture,
  };
}
