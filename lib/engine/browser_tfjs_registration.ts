/** tfjs_registration.ts where a page's bundle is made: the methods of tensors, on which tfjs's own operations stand. No page trains. */
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
