/** A picture planned as areas of one colour each, finer than its pixels: reduced, their borders are smooth. */
import { type Colour, SIZE } from "./canvas.ts";

/** Pixels of a plan along each side of one pixel of the picture. */
export const FINE = 3;

/** Areas of one colour each at `scale` ({@link FINE}) times the picture's side; later ones cover earlier ones. Coordinates are in pixels of the picture. */
export class AreaPlan {
  /** Pixels along a side of the plan. */
  readonly side: number;
  /** Area of each pixel, [side side]. */
  readonly areas: Uint8Array;
  readonly colours: Colour[] = [];

  constructor(readonly scale: number = FINE) {
    this.side = SIZE * scale;
    this.areas = new Uint8Array(this.side * this.side);
  }

  rectangle(left: number, top: number, right: number, bottom: number, colour: Colour): this {
    const area = this.#area(colour);
    const [x0, x1] = [this.#clip(left), this.#clip(right)];
    for (let y = this.#clip(top); y < this.#clip(bottom); y++) {
      this.areas.fill(area, y * this.side + x0, y * this.side + Math.max(x0, x1));
    }
    return this;
  }

  disc(x: number, y: number, radius: number, colour: Colour): this {
    const area = this.#area(colour);
    for (let py = this.#clip(y - radius - 1); py < this.#clip(y + radius + 1); py++) {
      for (let px = this.#clip(x - radius - 1); px < this.#clip(x + radius + 1); px++) {
        const [dx, dy] = [(px + 0.5) / this.scale - x, (py + 0.5) / this.scale - y];
        if (dx * dx + dy * dy <= radius * radius) this.areas[py * this.side + px] = area;
      }
    }
    return this;
  }

  /** Everything below the line y = top(x). */
  below(top: (x: number) => number, colour: Colour): this {
    const area = this.#area(colour);
    for (let x = 0; x < this.side; x++) {
      for (let y = this.#clip(top((x + 0.5) / this.scale)); y < this.side; y++) {
        this.areas[y * this.side + x] = area;
      }
    }
    return this;
  }

  #clip(value: number): number {
    return Math.min(this.side, Math.max(0, Math.round(value * this.scale)));
  }

  #area(colour: Colour): number {
    this.colours.push(colour);
    return this.colours.length - 1;
  }
}
