import type { DType } from "../host_array.ts";
import { broadcast, type Lowering, slim } from "./lowering.ts";

type Output = DType | "same";

function binary(op: string, output: Output = "same"): Lowering {
  return (graph, { a, b }) => {
    const left = graph.info(a as string);
    const right = graph.info(b as string);
    const shape = broadcast(left.shape, right.shape);
    const x = slim(graph, a as string, right, shape);
    const y = slim(graph, b as string, left, shape);
    const one = graph.uniform.get(y) === 1 && left.shape.join() === shape.join();
    if (one && (op === "Mul" || op === "Div" || op === "Pow")) return a as string;
    if (op === "Mul" && graph.uniform.get(x) === 1 && right.shape.join() === shape.join()) return b as string;
    return graph.emit(op, [x, y], { dtype: output === "same" ? left.dtype : output, shape });
  };
}

function unary(op: string, output: Output = "same", domain = ""): Lowering {
  return (graph, { x }) => {
    const { dtype, shape } = graph.info(x as string);
    return graph.emit(op, [x as string], { dtype: output === "same" ? dtype : output, shape }, {}, domain);
  };
}

/** Lowers to several nodes: `steps(x, emit)` where emit keeps the shape. */
function chain(
  build: (
    emit: (op: string, ...inputs: string[]) => string,
    x: string,
    scalar: (v: number) => string,
  ) => string,
): Lowering {
  return (graph, { x }) => {
    const { dtype, shape } = graph.info(x as string);
    return build(
      (op, ...inputs) => graph.emit(op, inputs, { dtype, shape }),
      x as string,
      (v) => graph.scalar(v, dtype as DType),
    );
  };
}

/** a ≠ b, !(a = b). */
const notEqual: Lowering = (graph, inputs, attrs) => {
  const equal = binary("Equal", "bool")(graph, inputs, attrs) as string;
  return graph.emit("Not", [equal], graph.info(equal));
};

const squaredDifference: Lowering = (graph, inputs, attrs) => {
  const difference = binary("Sub")(graph, inputs, attrs) as string;
  return graph.emit("Mul", [difference, difference], graph.info(difference));
};

const addN: Lowering = (graph, inputs) => {
  const names = Object.values(inputs);
  if (names.length === 1) return names[0] as string;
  return graph.emit("Sum", names, graph.info(names[0] as string));
};

const cast: Lowering = (graph, { x }, attrs) => {
  const { dtype, shape } = graph.info(x as string);
  const to = attrs.dtype as DType;
  if (dtype === to) return x as string;
  const code = { float32: 1, int32: 6, bool: 9 }[to];
  return graph.emit("Cast", [x as string], { dtype: to, shape }, { to: code });
};

/** 1 where x > 0, alpha elsewhere; the derivative of relu. */
const step: Lowering = (graph, { x }, attrs) => {
  const { dtype, shape } = graph.info(x as string);
  const positive = graph.emit("Greater", [x as string, graph.scalar(0, dtype as DType)], {
    dtype: "bool",
    shape,
  });
  const alpha = (attrs.alpha as number | undefined) ?? 0;
  return graph.emit(
    "Where",
    [positive, graph.scalar(1, dtype as DType), graph.scalar(alpha, dtype as DType)],
    { dtype, shape },
  );
};

const select: Lowering = (graph, { condition, t, e }) => {
  const yes = graph.info(t as string);
  const shape = broadcast(
    broadcast(graph.info(condition as string).shape, yes.shape),
    graph.info(e as string).shape,
  );
  return graph.emit("Where", [condition as string, t as string, e as string], { dtype: yes.dtype, shape });
};

const clipByValue: Lowering = (graph, { x }, attrs) => {
  const info = graph.info(x as string);
  const low = graph.scalar(attrs.clipValueMin as number);
  const high = graph.scalar(attrs.clipValueMax as number);
  return graph.emit("Clip", [x as string, low, high], info);
};

const constantLike = (value: number): Lowering => (graph, { x }) => {
  const { dtype, shape } = graph.info(x as string);
  return graph.fill(value, { dtype: dtype as DType, shape });
};

const fill: Lowering = (graph, _inputs, attrs) =>
  graph.fill(attrs.value as number, {
    dtype: (attrs.dtype as DType | undefined) ?? "float32",
    shape: attrs.shape as number[],
  });

/** x · sigmoid(alpha x) in onnxruntime's fused kernel. */
const sigmoidGate: Lowering = (graph, { x }, attrs) =>
  graph.emit(
    "QuickGelu",
    [x as string],
    graph.info(x as string),
    { alpha: { float: attrs.alpha as number } },
    "com.microsoft",
  );

/** alpha · x + beta, clipped to 0 … 1, in one kernel. */
const hardSigmoid: Lowering = (graph, { x }, attrs) =>
  graph.emit("HardSigmoid", [x as string], graph.info(x as string), {
    alpha: { float: attrs.alpha as number },
    beta: { float: attrs.beta as number },
  });

export const ELEMENTWISE: Record<string, Lowering> = {
  Add: binary("Add"),
  Sub: binary("Sub"),
  Multiply: binary("Mul"),
  RealDiv: binary("Div"),
  Maximum: binary("Max"),
  Minimum: binary("Min"),
  Pow: binary("Pow"),
  Greater: binary("Greater", "bool"),
  GreaterEqual: binary("GreaterOrEqual", "bool"),
  Less: binary("Less", "bool"),
  LessEqual: binary("LessOrEqual", "bool"),
  Equal: binary("Equal", "bool"),
  LogicalAnd: binary("And", "bool"),
  LogicalOr: binary("Or", "bool"),
  NotEqual: notEqual,
  SquaredDifference: squaredDifference,
  AddN: addN,
  Neg: unary("Neg"),
  Exp: unary("Exp"),
  Log: unary("Log"),
  Sqrt: unary("Sqrt"),
  Abs: unary("Abs"),
  Sin: unary("Sin"),
  Cos: unary("Cos"),
  Tanh: unary("Tanh"),
  Sigmoid: unary("Sigmoid"),
  Relu: unary("Relu"),
  Erf: unary("Erf"),
  Sign: unary("Sign"),
  Floor: unary("Floor"),
  Reciprocal: unary("Reciprocal"),
  LogicalNot: unary("Not", "bool"),
  Softplus: unary("Softplus"),
  Square: chain((emit, x) => emit("Mul", x, x)),
  Rsqrt: chain((emit, x) => emit("Reciprocal", emit("Sqrt", x))),
  Expm1: chain((emit, x, scalar) => emit("Sub", emit("Exp", x), scalar(1))),
  Log1p: chain((emit, x, scalar) => emit("Log", emit("Add", x, scalar(1)))),
  Step: step,
  Cast: cast,
  Select: select,
  ClipByValue: clipByValue,
  ZerosLike: constantLike(0),
  OnesLike: constantLike(1),
  Fill: fill,
  Identity: (_graph, { x }) => x as string,
  SigmoidGate: sigmoidGate,
  HardSigmoid: hardSigmoid,
  GeluErf: unary("Gelu", "same", "com.microsoft"),
};
