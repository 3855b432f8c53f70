import * as tf from "./tfjs.ts";
import type { Params } from "./parameters.ts";

/**
 * Value and gradients of a scalar loss with respect to every leaf of `params`. `fn` may return further tensors, which come back as they are.
 *
 * @returns `grads` under the names of `params`.
 */
export function valueAndGradients(
  fn: (params: Params) => { readonly loss: tf.Tensor; readonly aux?: Params },
  params: Params,
): { loss: tf.Tensor; grads: Params; aux: Params } {
  const names = Object.keys(params);
  let aux: Params = {};
  const { value, grads } = tf.valueAndGrads((...leaves: tf.Tensor[]) => {
    const result = fn(Object.fromEntries(names.map((name, i) => [name, leaves[i] as tf.Tensor])));
    aux = Object.fromEntries(
      Object.entries(result.aux ?? {}).map(([name, tensor]) => [name, tf.keep(tensor.clone())]),
    );
    return result.loss as tf.Scalar;
  })(names.map((name) => params[name] as tf.Tensor));
  // Handed over to the caller's scope, so that an eager run frees them.
  const owned = Object.entries(aux).map(([name, kept]): [string, tf.Tensor] => {
    const tensor = kept.clone();
    kept.dispose();
    return [name, tensor];
  });
  return {
    loss: value,
    grads: Object.fromEntries(names.map((name, i) => [name, grads[i] as tf.Tensor])),
    aux: Object.fromEntries(owned),
  };
}
