/** Fig. 8: the sheet of pictures, then the ratio of variances and the spread of scores as bars. */
import { figure, type Graphic } from "../../../lib/plots/mod.ts";
import {
  intervalNote,
  intervalSeries,
  pictureSheet,
  ROW_FACTS,
  type StoredFigure,
} from "../../../lib/report/mod.ts";
import { type RewordingContent, SPACES } from "./statements.ts";
import { FIG8 } from "./record.ts";

const SPACE_NAMES = { pixel: "pixels", latent: "latents", judge: "the judge's vectors" } as const;

/** Both graphics. */
export function rewordingGraphics(stored: StoredFigure<RewordingContent>): readonly Graphic[] {
  const { result } = stored;
  const { ratios, spreads } = result.content;
  const groups = ["all", ...result.tasks];
  const bars = <T extends { readonly task: string }>(own: readonly T[]) =>
    groups.map((label) => ({ label, value: own.find(({ task }) => task === label) }));
  return [pictureSheet(stored), {
    kind: "figure",
    figure: figure({
      id: "fig8-variance",
      caption:
        "Left: variance over wordings from the same noise as a share of the variance over noises with the same wording; 1 " +
        "would say that rewording does as much as another noise. Right: how far the score of the condition (CLIP-S for style, CLIP-I " +
        "otherwise) goes up and down over held-out wordings, for the model trained on many wordings and the one trained on a single " +
        `fixed one. ${intervalNote(result.seeds)} ${result.caption}`,
      data: [
        ...intervalSeries(
          SPACES.map((space) => ({
            name: SPACE_NAMES[space],
            bars: bars(ratios.filter((each) => each.space === space)),
          })),
        ),
        ...intervalSeries(
          FIG8.rows.map(({ row }) => ({
            name: ROW_FACTS[row].label,
            bars: bars(spreads.filter((each) => each.row === row)),
          })),
          { first: 3, axes: { xaxis: "x2", yaxis: "y2" } },
        ),
      ],
      layout: {
        title: { text: `${result.title}, ${result.scale} scale` },
        width: 1180,
        height: 420,
        barmode: "group",
        xaxis: { domain: [0, 0.46] },
        yaxis: { title: { text: "variance, wordings / noises" } },
        xaxis2: { domain: [0.56, 1], anchor: "y2" },
        yaxis2: { anchor: "x2", title: { text: "deviation of the score over wordings" } },
      },
    }),
  }];
}
