// The arithmetic of a stack of layers: for each one its output shape, parameters, receptive field and
// multiply-adds, by Keras' rules. Shapes are channels last and leave the batch axis out. The steps are
// written as course_lib.shapes writes them.

const ACTIVATIONS = ["linear", "relu", "sigmoid", "tanh", "softmax"];
const pair = (name, label, minimum = 1) => ({ name, label, kind: "pair", minimum });
const whole = (name, label, minimum = 1) => ({ name, label, kind: "int", minimum });
const choice = (name, label, options) => ({ name, label, kind: "choice", options });
const KERNEL = pair("kernel_size", "Kernel size"), STRIDES = pair("strides", "Strides");
const POOL = pair("pool_size", "Window"), PADDING = choice("padding", "Padding", ["valid", "same"]);
const ACTIVATION = choice("activation", "Activation", ACTIVATIONS);
const BIAS = { name: "use_bias", label: "Bias", kind: "bool" };

/** Every layer the builder knows: its hyperparameters (Keras' names) and their defaults. */
export const LAYER_TYPES = {
  Conv2D: {
    fields: [whole("filters", "Filters"), KERNEL, STRIDES, PADDING, pair("dilation_rate", "Dilation"), ACTIVATION, BIAS],
    defaults: { filters: 32, kernel_size: [3, 3], strides: [1, 1], padding: "valid", dilation_rate: [1, 1], activation: "linear", use_bias: true },
    fresh: { activation: "relu" }, required: ["filters", "kernel_size"],
  },
  MaxPooling2D: {
    fields: [POOL, STRIDES, PADDING], required: ["pool_size"],
    defaults: { pool_size: [2, 2], strides: null, padding: "valid" },
  },
  AveragePooling2D: {
    fields: [POOL, STRIDES, PADDING], required: ["pool_size"],
    defaults: { pool_size: [2, 2], strides: null, padding: "valid" },
  },
  GlobalAveragePooling2D: { fields: [], defaults: {} },
  ZeroPadding2D: { fields: [pair("padding", "Zeros", 0)], defaults: { padding: [1, 1] }, required: ["padding"] },
  Flatten: { fields: [], defaults: {} },
  Dense: {
    fields: [whole("units", "Units"), ACTIVATION, BIAS], required: ["units"],
    defaults: { units: 10, activation: "linear", use_bias: true },
  },
  Activation: { fields: [ACTIVATION], defaults: { activation: "relu" }, required: ["activation"] },
  BatchNormalization: { fields: [], defaults: {} },
  Dropout: { fields: [{ name: "rate", label: "Rate", kind: "rate" }], defaults: { rate: 0.5 }, required: ["rate"] },
};

/** A layer with every hyperparameter filled in. */
export const completed = (layer) => ({ ...LAYER_TYPES[layer.type].defaults, ...layer });

/** A new layer as the builder adds it. */
export const newLayer = (type) => ({ type, ...LAYER_TYPES[type].defaults, ...LAYER_TYPES[type].fresh });

/** 1668490 as "1,668,490". */
export const grouped = (n) => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
export const shapeText = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

// ------------------------------------------------------------------ one axis, as course_lib.shapes

/** {value, steps} of the size after a window; throws an Error with the reason when it does not fit. */
export function axisSize(n, k, s, padding, d = 1) {
  const span = d * (k - 1) + 1;
  const steps = d > 1 ? [`kernel span = ${d}*(${k} - 1) + 1 = ${span}`] : [];
  if (padding === "same") {
    const value = Math.ceil(n / s);
    return { value, steps: [`ceil(${n} / ${s})`, `= ${value}`] };
  }
  const reach = n - span;
  if (reach < 0) {
    const dilated = d > 1 ? `, dilated to ${span},` : "";
    throw new Error(`a window of ${k}${dilated} does not fit into ${n}`);
  }
  const value = Math.floor(reach / s) + 1;
  return { value, steps: [...steps, `floor((${n} - ${span}) / ${s}) + 1`, `= floor(${reach} / ${s}) + 1`, `= ${value - 1} + 1`, `= ${value}`] };
}

/** (weights of one unit + 1 bias) * units, step by step. */
export function weightCount(factors, outputs, useBias = true) {
  const each = factors.reduce((a, b) => a * b, 1), bias = useBias ? " + 1" : "";
  const value = (each + (useBias ? 1 : 0)) * outputs, steps = [`(${factors.join("*")}${bias}) * ${outputs}`];
  if (factors.length > 1) steps.push(useBias ? `= (${each}${bias}) * ${outputs}` : `= ${each} * ${outputs}`);
  if (useBias) steps.push(`= ${each + 1} * ${outputs}`);
  return { value, steps: [...steps, `= ${value}`] };
}

// ------------------------------------------------------------------------------------ one layer

const product = (numbers) => numbers.reduce((a, b) => a * b, 1);
const AXES = ["height", "width"];

function needVolume(shape, type) {
  if (shape.length === 3) return;
  const hint = type.includes("Pooling") || type === "Conv2D" ? " Put it before Flatten." : "";
  throw new Error(`it needs an input of three axes (height, width, channels), got ${shapeText(shape)}.${hint}`);
}

/** Sizes of a window moving over height and width: {sizes, steps}. */
function windowSizes(shape, layer, k, strides) {
  const d = layer.dilation_rate || [1, 1];
  const found = AXES.map((axis, i) => {
    try {
      return axisSize(shape[i], k[i], strides[i], layer.padding, d[i]);
    } catch (error) {
      throw new Error(`${error.message} along the ${axis}. Use a smaller window, padding "same", or fewer poolings before it.`);
    }
  });
  const [h, w] = found.map((f) => f.steps.join(" "));
  const steps = h === w ? [`height and width: ${h}`] : [`height: ${h}`, `width: ${w}`];
  return { sizes: found.map((f) => f.value), steps };
}

const nothing = { parameters: 0, fixed: 0, parameterSteps: [], multiplyAdds: 0, multiplyAddSteps: [] };
const local = (k, s = [1, 1], d = [1, 1]) => AXES.map((_, i) => ({ k: k[i], s: s[i], d: d[i] }));

const RULES = {
  Conv2D(shape, layer) {
    const { filters, kernel_size: k, strides, dilation_rate: d } = layer;
    if (Math.max(...strides) > 1 && Math.max(...d) > 1) {
      throw new Error(`strides ${shapeText(strides)} and dilation ${shapeText(d)} cannot both be above 1 (Keras refuses it too).`);
    }
    const { sizes, steps } = windowSizes(shape, layer, k, strides);
    const weights = weightCount([...k, shape[2]], filters, layer.use_bias);
    const output = [...sizes, filters], places = product(output), reads = k[0] * k[1] * shape[2];
    return {
      ...nothing, output, steps: [...steps, `channels: ${filters}, one per filter`],
      parameters: weights.value, parameterSteps: weights.steps, multiplyAdds: places * reads,
      multiplyAddSteps: [`(${output.join("*")}) * (${k[0]}*${k[1]}*${shape[2]})`, `= ${places} * ${reads}`, `= ${places * reads}`],
      window: local(k, strides, d), denseCount: weightCount([product(shape)], places),
    };
  },
  Dense(shape, layer) {
    const inputs = shape.at(-1), rest = shape.slice(0, -1);
    const weights = weightCount([inputs], layer.units, layer.use_bias);
    const value = product(shape) * layer.units;
    return {
      ...nothing, output: [...rest, layer.units], parameters: weights.value, parameterSteps: weights.steps,
      steps: rest.length
        ? [`acts on the last axis only: ${shapeText(shape)} to ${shapeText([...rest, layer.units])}. Flatten first to connect every input.`]
        : [`${layer.units} units, each reads all ${inputs} inputs`],
      multiplyAdds: value, multiplyAddSteps: [`${[...shape, layer.units].join(" * ")}`, `= ${value}`],
      everything: rest.length === 0,
    };
  },
  Flatten(shape) {
    const value = product(shape);
    return { ...nothing, output: [value], steps: [shape.length > 1 ? `${shape.join("*")} = ${value}` : `already one axis: ${value}`] };
  },
  GlobalAveragePooling2D(shape) {
    return {
      ...nothing, output: [shape[2]], steps: [`one mean of ${shape[0]}*${shape[1]} cells for each of ${shape[2]} channels`],
      window: local(shape.slice(0, 2)),
    };
  },
  ZeroPadding2D(shape, layer) {
    const [p, q] = layer.padding, output = [shape[0] + 2 * p, shape[1] + 2 * q, shape[2]];
    return { ...nothing, output, steps: [`height: ${shape[0]} + 2*${p} = ${output[0]}`, `width: ${shape[1]} + 2*${q} = ${output[1]}`] };
  },
  BatchNormalization(shape) {
    const c = shape.at(-1);
    return {
      ...nothing, output: shape, steps: ["the shape stays"], parameters: 2 * c, fixed: 2 * c,
      parameterSteps: [`gamma and beta, trained: 2*${c} = ${2 * c}`, `moving mean and variance, not trained: 2*${c} = ${2 * c}`],
    };
  },
  Activation: (shape, layer) => ({ ...nothing, output: shape, steps: [`${layer.activation} of every value; the shape stays`] }),
  Dropout: (shape) => ({ ...nothing, output: shape, steps: ["the shape stays; in training only, some values become 0"] }),
};
RULES.MaxPooling2D = RULES.AveragePooling2D = (shape, layer) => {
  const k = layer.pool_size, strides = layer.strides || k, { sizes, steps } = windowSizes(shape, layer, k, strides);
  return { ...nothing, output: [...sizes, shape[2]], steps: [...steps, `channels: ${shape[2]}, each pooled alone`], window: local(k, strides) };
};
const VOLUME_ONLY = ["Conv2D", "MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "ZeroPadding2D"];

/** The first thing wrong with a layer's own numbers, or null. */
export function fieldProblem(layer) {
  for (const field of LAYER_TYPES[layer.type].fields) {
    const value = layer[field.name], named = `${field.name} must be`;
    if (field.name === "strides" && value === null) continue;
    if (field.kind === "int" && !(Number.isInteger(value) && value >= field.minimum)) {
      return `${named} a whole number, ${field.minimum} or more, got ${value}.`;
    }
    if (field.kind === "pair" && !(Array.isArray(value) && value.length === 2 && value.every((v) => Number.isInteger(v) && v >= field.minimum))) {
      return `${named} one or two whole numbers, ${field.minimum} or more, got ${value}.`;
    }
    if (field.kind === "rate" && !(value >= 0 && value < 1)) return `${named} at least 0 and below 1, got ${value}.`;
  }
  return null;
}

// -------------------------------------------------------------------------------------- the stack

/** Keras' automatic names: conv2d, conv2d_1, max_pooling2d, ... */
export function layerNames(layers) {
  const seen = {};
  return layers.map(({ type }) => {
    const base = type.replace(/(.)([A-Z][a-z]+)/g, "$1_$2").replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
    const n = seen[base] ?? 0;
    seen[base] = n + 1;
    return n ? `${base}_${n}` : base;
  });
}

/** How far one unit sees along each axis, after a layer: {size, jump} per axis, or "all". */
function widened(field, result) {
  if (result.everything || field.all) return { axes: field.axes, all: true, steps: ["every unit reads the whole image"] };
  if (!result.window) return { ...field, steps: [] };
  const steps = [], axes = field.axes.map(({ size, jump }, i) => {
    const { k, s, d } = result.window[i], grown = size + d * (k - 1) * jump;
    const reach = d > 1 ? `${d}*(${k} - 1)` : `(${k} - 1)`;
    steps.push(`size = ${size} + ${reach}*${jump} = ${grown}, jump = ${jump}*${s} = ${jump * s}`);
    return { size: grown, jump: jump * s };
  });
  return { axes, all: false, steps: steps[0] === steps[1] ? [`height and width: ${steps[0]}`] : steps.map((t, i) => `${AXES[i]}: ${t}`) };
}

/** Everything about a stack: one row per layer, totals, and the first layer that cannot be. */
export function analyse(inputShape, layers) {
  const names = layerNames(layers), rows = [];
  let shape = inputShape, field = { axes: AXES.map(() => ({ size: 1, jump: 1 })), all: inputShape.length === 1, steps: [] };
  let error = null;
  layers.forEach((given, index) => {
    const layer = completed(given), row = { index, type: layer.type, name: names[index], layer };
    rows.push(row);
    if (error) return;
    try {
      const problem = fieldProblem(layer);
      if (problem) throw new Error(problem);
      if (VOLUME_ONLY.includes(layer.type)) needVolume(shape, layer.type);
      const result = RULES[layer.type](shape, layer);
      field = widened(field, result);
      Object.assign(row, { input: shape, ...result, field: { all: field.all, axes: field.axes, steps: field.steps } });
      shape = result.output;
    } catch (problem) {
      error = { index, reason: problem.message };
      row.error = `Layer ${index + 1}, ${layer.type} (${row.name}): ${problem.message}`;
    }
  });
  const sum = (name) => rows.reduce((total, row) => total + (row[name] || 0), 0);
  const trainable = sum("parameters"), fixed = sum("fixed");
  return {
    rows, error, output: error ? null : shape,
    totals: {
      trainable, fixed, parameters: trainable + fixed, multiplyAdds: sum("multiplyAdds"),
      convolution: rows.reduce((t, r) => t + (r.type === "Conv2D" && r.output ? r.parameters : 0), 0),
      ifDense: rows.reduce((t, r) => t + (r.denseCount ? r.denseCount.value : 0), 0),
    },
  };
}

// ------------------------------------------------------------------------------------- as Python

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const python = (value) => {
  if (Array.isArray(value)) return value[0] === value[1] ? String(value[0]) : `(${value.join(", ")})`;
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? `"${value}"` : String(value);
};

/** One layer as Python, with only what differs from Keras' defaults. */
export function layerCode(given) {
  const layer = completed(given), { fields, defaults, required = [] } = LAYER_TYPES[layer.type];
  const positional = ["filters", "units", "rate"];
  const words = fields.flatMap(({ name }) => {
    const value = layer[name];
    if (positional.includes(name)) return [python(value)];
    if (layer.type === "Activation") return [python(value)];
    if (required.includes(name)) return [`${name}=${python(value)}`];
    const usual = name === "strides" && defaults.strides === null ? layer.pool_size : defaults[name];
    return value === null || same(value, defaults[name]) || same(value, usual) ? [] : [`${name}=${python(value)}`];
  });
  return `keras.layers.${layer.type}(${words.join(", ")})`;
}

/** The whole program: `library` "keras" or "course_lib", `style` "sequential" or "functional". */
export function modelCode(inputShape, layers, library = "keras", style = "sequential") {
  const first = library === "keras" ? "from tensorflow import keras" : "import course_lib as keras";
  const input = `keras.Input(shape=${shapeText(inputShape)})`;
  const body = style === "functional"
    ? [`inputs = ${input}`, ...layers.map((layer, i) => `x = ${layerCode(layer)}(${i ? "x" : "inputs"})`),
      `model = keras.Model(inputs, ${layers.length ? "x" : "inputs"})`]
    : ["model = keras.Sequential([", `    ${input},`, ...layers.map((layer) => `    ${layerCode(layer)},`), "])"];
  return [first, "", ...body, "model.summary()"].join("\n");
}

// ----------------------------------------------------------------------------------- changing it

/** One or two whole numbers from "3", "3, 5" or "3 x 5"; null when it is neither. */
export function parsePair(text) {
  const parts = String(text).trim().replace(/^\(|\)$/g, "").split(/\s*[,x×]\s*|\s+/).filter(Boolean).map(Number);
  if (parts.length < 1 || parts.length > 2 || parts.some((v) => !Number.isInteger(v))) return null;
  return [parts[0], parts.at(-1)];
}
export const pairText = (value) => (value[0] === value[1] ? String(value[0]) : value.join(", "));

export const withLayer = (layers, at, layer) => [...layers.slice(0, at), layer, ...layers.slice(at)];
export const withoutLayer = (layers, at) => layers.filter((_, i) => i !== at);
export function movedLayer(layers, from, to) {
  if (to < 0 || to >= layers.length) return layers;
  return withLayer(withoutLayer(layers, from), to, layers[from]);
}
