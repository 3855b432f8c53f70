/** Options of the builders whose targets models generate, and the models they open. */
import { compile, UserError } from "../../../lib/engine/mod.ts";
import { oneOf, wholeNumber } from "../../setting/command_line.ts";
import { DEVICES } from "../../setting/experiment.ts";
import { placesOf } from "../../paper/locate_file.ts";
import { PAPER_FILES } from "../../paper/paper_files.ts";
import {
  openTargets,
  type TargetKind,
  type TargetMaker,
  type TargetSettings,
} from "../../paper/pair_targets.ts";
import { type NumberName, numberSetting } from "../../pictures/settings.ts";
import type { Json } from "../../../lib/hub/mod.ts";
import type { BuildOption, SourceNote } from "./pair_builder.ts";

/** What one builder takes where nothing is asked for. */
export interface TargetDefaults {
  readonly guidance: number;
  readonly strength: number;
}

/** Options that say how targets are generated. */
export function targetOptions({ guidance, strength }: TargetDefaults): readonly BuildOption[] {
  return [
    {
      name: "models",
      value: "DIR",
      help: "weights in diffusers' layout; without it the hub's cache",
      optional: true,
    },
    { name: "device", value: "NAME", help: `${DEVICES.join(", ")} (cpu)`, optional: true },
    {
      name: "side",
      value: "N",
      help: "sides that targets are generated at, in pixels (512)",
      optional: true,
    },
    { name: "steps", value: "N", help: "DDIM steps (30)", optional: true },
    { name: "guidance", value: "N", help: `guidance scale (${guidance})`, optional: true },
    { name: "strength", value: "N", help: `of what is shown to the model (${strength})`, optional: true },
  ];
}

/** Open models, what determines their targets, and what NOTICE.md says of their weights. */
export interface OpenTargets {
  readonly maker: TargetMaker;
  readonly side: number;
  readonly identity: { readonly [name: string]: Json };
  readonly notes: readonly SourceNote[];
}

/**
 * Opens the models that options name.
 *
 * @throws UserError for an option out of range, or as {@link openTargets} does.
 */
export async function targetModels(
  values: ReadonlyMap<string, string>,
  { kind, seed, defaults }: { kind: TargetKind; seed: number; defaults: TargetDefaults },
): Promise<OpenTargets> {
  const number = (name: string, setting: NumberName, otherwise: number) => {
    const text = values.get(name);
    if (text === undefined) return otherwise;
    try {
      return numberSetting(setting, Number(text));
    } catch (error) {
      // The option's name here is another than there.
      throw error instanceof UserError
        ? new UserError(error.message.replace(/^--[\w-]+/u, `--${name}`))
        : error;
    }
  };
  const device = oneOf("--device", values.get("device") ?? "cpu", DEVICES);
  const settings: TargetSettings = {
    side: wholeNumber("--side", values.get("side") ?? "512", { low: 8, high: 2048 }),
    steps: number("steps", "steps", 30),
    guidance: number("guidance", "guidance", defaults.guidance),
    strength: number("strength", "adapterScale", defaults.strength),
    seed,
  };
  const maker = await openTargets(placesOf(values.get("models")), {
    kind,
    settings,
    make: (fn, parts) => compile(fn, parts, { device }),
  });
  const { side, steps, guidance, strength } = settings;
  const weights = Object.entries(maker.weights);
  return {
    maker,
    side,
    identity: {
      targets: {
        ...{ kind, side, steps, guidance, strength },
        weights: Object.fromEntries(weights.map(([name, { sha256 }]) => [name, sha256])),
      },
    },
    notes: weights.map(([name, { file, sha256 }]) => ({
      what: `weights (${name})`,
      path: file ?? name,
      holds: `SHA-256 ${sha256}…`,
      ...licenceOf(file ?? name),
    })),
  };
}

/** The licence of a published file, where the table of files knows one for its name. */
function licenceOf(path: string): { licence?: string } {
  const found = PAPER_FILES.find(({ local }) =>
    local.some((name) => path.replaceAll("\\", "/").endsWith(`/${name}`))
  );
  return found?.licence === undefined
    ? {}
    : { licence: `${found.licence}, if it is the file of ${found.repo}` };
}
