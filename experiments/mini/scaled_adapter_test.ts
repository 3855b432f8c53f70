import assert from "node:assert/strict";
import { eager, host, type HostParams, key, leaf, normal, type Tensor } from "../../lib/engine/mod.ts";
import { multiHeadAttention } from "../../lib/nn/mod.ts";
import { scaledAdapter } from "./scaled_adapter.ts";

const random = (seed: number, ...shape: number[]) =>
  host(normal(key(seed), shape.reduce((a, b) => a * b, 1)), shape);

Deno.test("scaledAdapter() gives the attention that a scale as an argument gives", async () => {
  const adapter: HostParams = {
    "image_proj.latents": random(1, 1, 2, 5),
    "ip_adapter.1.to_k_ip.weight": random(2, 8, 5),
    "ip_adapter.1.to_v_ip.weight": random(3, 8, 5),
  };
  const [query, out, x, tokens] = [random(4, 8, 6), random(5, 6, 8), random(6, 2, 7, 6), random(7, 2, 3, 5)];
  const attended = async (state: HostParams, scale: number) => {
    const program = await eager((_frozen, own, inputs) => ({
      outputs: {
        y: multiHeadAttention(
          { toQuery: { weight: leaf(own, "query") }, toOut: { weight: leaf(own, "out") } },
          inputs["x"] as Tensor,
          {
            heads: 2,
            contexts: [{
              tokens: inputs["tokens"] as Tensor,
              toKey: { weight: leaf(own, "ip_adapter.1.to_k_ip.weight") },
              toValue: { weight: leaf(own, "ip_adapter.1.to_v_ip.weight") },
              scale,
            }],
          },
        ),
      },
    }), {
      state: { ...state, query, out },
      inputs: { x: { shape: [2, 7, 6] }, tokens: { shape: [2, 3, 5] } },
    });
    const result = Array.from(leaf(await program.run({ x, tokens }), "y").data);
    await program.dispose();
    return result;
  };
  const wanted = await attended(adapter, 0.7), found = await attended(scaledAdapter(adapter, 0.7), 1);
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]!) < 1e-5, `${value} is not ${wanted[i]}`));
  assert.equal(scaledAdapter(adapter, 0.7)["image_proj.latents"], adapter["image_proj.latents"]);
  assert.throws(() => scaledAdapter({}, 0.7), /to_v_ip.weight among the tensors, got none/);
});
