// The models of the lectures, and two famous ones, as stacks for the model builder.

const conv = (filters, k, more = {}) => ({ type: "Conv2D", filters, kernel_size: [k, k], ...more });
const relu = { activation: "relu" }, tanh = { activation: "tanh" };
const maxPool = (k = 2, more = {}) => ({ type: "MaxPooling2D", pool_size: [k, k], ...more });
const averagePool = (k = 2) => ({ type: "AveragePooling2D", pool_size: [k, k] });
const flatten = { type: "Flatten" };
const dense = (units, activation) => ({ type: "Dense", units, activation });
const dropout = { type: "Dropout", rate: 0.5 };
const sigmoid = { type: "Activation", activation: "sigmoid" };
const overlapping = maxPool(3, { strides: [2, 2] });

export const PRESETS = {
  mnist: {
    title: "MNIST classifier (34,826 parameters)", input: [28, 28, 1],
    layers: [conv(32, 3, relu), maxPool(), conv(64, 3, relu), maxPool(), flatten, dropout, dense(10, "softmax")],
  },
  two_layers: {
    title: "Two convolutions, functional", input: [10, 10, 1], style: "functional",
    layers: [conv(5, 3), sigmoid, conv(2, 3), sigmoid],
  },
  wide_dense: {
    title: "With a dense layer of 1,024 units", input: [28, 28, 1],
    layers: [conv(32, 3, relu), maxPool(), conv(64, 3, relu), maxPool(), flatten, dense(1024, "relu"), dense(10, "softmax")],
    note: "98% of its 1,668,490 parameters sit in the first dense layer.",
  },
  typical: {
    title: "Typical CNN: 8 and 16 filters", input: [28, 28, 1],
    layers: [conv(8, 3, relu), maxPool(), conv(16, 3, relu), flatten, dense(10, "softmax")],
    note: "The lecture leaves the fully connected part open; here it is one output layer of 10 classes.",
  },
  minimal: {
    title: "Minimal CNN: one of each", input: [9, 14, 3],
    layers: [conv(5, 3, relu), maxPool(), flatten, dense(5, "softmax")],
    note: "One convolution, one pooling, one output layer of 5 classes. The lecture leaves the image's size open.",
  },
  six_hidden: {
    title: "Six hidden layers", input: [32, 32, 3],
    layers: [conv(16, 3, relu), conv(16, 3, relu), maxPool(), conv(32, 3, relu), maxPool(), conv(32, 3, relu), flatten, dense(10, "softmax")],
    note: "Four convolutions of stride 1 and two max poolings. The lecture leaves sizes and filter counts open.",
  },
  lenet5: {
    title: "LeNet-5 (1998)", input: [32, 32, 1],
    layers: [conv(6, 5, tanh), averagePool(), conv(16, 5, tanh), averagePool(), flatten, dense(120, "tanh"), dense(84, "tanh"), dense(10, "softmax")],
    note: "As it is built today: the 1998 paper connected only some maps in its second convolution and scaled its pooled sums.",
  },
  alexnet: {
    title: "AlexNet (2012)", input: [227, 227, 3],
    layers: [conv(96, 11, { strides: [4, 4], ...relu }), overlapping, conv(256, 5, { padding: "same", ...relu }), overlapping,
      conv(384, 3, { padding: "same", ...relu }), conv(384, 3, { padding: "same", ...relu }), conv(256, 3, { padding: "same", ...relu }),
      overlapping, flatten, dense(4096, "relu"), dropout, dense(4096, "relu"), dropout, dense(1000, "softmax")],
    note: "On one device. The original split three convolutions over two GPUs, which saved 1.4 million weights, and used local response normalisation, which has none.",
  },
};
