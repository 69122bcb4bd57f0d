"""Operations on arrays: convolution, pooling, dense, activations, normalisation, losses.

Arrays in, arrays out. Inputs are (batch, *spatial, channels), kernels (*kernel_size, in, out), and
one N-D code serves one, two and three spatial axes. For training every operation ``f`` has
``f_forward``, which returns (outputs, cache), and ``f_backward``, which takes the gradient of the
outputs and the cache; they stand side by side in the modules of this package. Nothing is remembered
between calls.
"""

from course_lib.ops.activations import (
    relu,
    relu_backward,
    relu_forward,
    sigmoid,
    sigmoid_backward,
    sigmoid_forward,
    softmax,
    softmax_backward,
    softmax_forward,
    tanh,
    tanh_backward,
    tanh_forward,
)
from course_lib.ops.conv import (
    conv,
    conv_backward,
    conv_forward,
    conv_transpose,
    conv_transpose_backward,
    conv_transpose_forward,
)
from course_lib.ops.dense import (
    bias_gradient,
    dense,
    dense_backward,
    dense_forward,
    flatten,
    flatten_backward,
    flatten_forward,
)
from course_lib.ops.embedding import (
    embedding,
    embedding_backward,
    embedding_forward,
    one_hot,
)
from course_lib.ops.losses import (
    categorical_crossentropy,
    categorical_crossentropy_backward,
    categorical_crossentropy_forward,
    mean_squared_error,
    mean_squared_error_backward,
    mean_squared_error_forward,
    sparse_categorical_crossentropy,
    sparse_categorical_crossentropy_backward,
    sparse_categorical_crossentropy_forward,
)
from course_lib.ops.normalization import (
    batch_normalization,
    batch_normalization_backward,
    batch_normalization_forward,
)
from course_lib.ops.padding import zero_pad, zero_pad_backward, zero_pad_forward
from course_lib.ops.pool import (
    average_pool,
    average_pool_backward,
    average_pool_forward,
    max_pool,
    max_pool_backward,
    max_pool_forward,
)

__all__ = [
    "average_pool",
    "average_pool_backward",
    "average_pool_forward",
    "batch_normalization",
    "batch_normalization_backward",
    "batch_normalization_forward",
    "bias_gradient",
    "categorical_crossentropy",
    "categorical_crossentropy_backward",
    "categorical_crossentropy_forward",
    "conv",
    "conv_backward",
    "conv_forward",
    "conv_transpose",
    "conv_transpose_backward",
    "conv_transpose_forward",
    "dense",
    "dense_backward",
    "dense_forward",
    "embedding",
    "embedding_backward",
    "embedding_forward",
    "flatten",
    "flatten_backward",
    "flatten_forward",
    "max_pool",
    "max_pool_backward",
    "max_pool_forward",
    "mean_squared_error",
    "mean_squared_error_backward",
    "mean_squared_error_forward",
    "one_hot",
    "relu",
    "relu_backward",
    "relu_forward",
    "sigmoid",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax",
    "softmax_backward",
    "softmax_forward",
    "sparse_categorical_crossentropy",
    "sparse_categorical_crossentropy_backward",
    "sparse_categorical_crossentropy_forward",
    "tanh",
    "tanh_backward",
    "tanh_forward",
    "zero_pad",
    "zero_pad_backward",
    "zero_pad_forward",
]
