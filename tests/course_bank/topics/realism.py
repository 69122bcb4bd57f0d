"""Which numbers networks have: the layers that a prompt writes as code, held to bounds."""

import json
import re

LARGEST = {"Conv1D": 9, "MaxPooling1D": 7, "MaxPooling2D": 7, "AveragePooling2D": 7}
_CALL = re.compile(r"\b(Conv[123]D|(?:Max|Average)Pooling[123]D)\(([^`\n]*)")


def layers_of(prompt):
    """(kind, window, stride, dilation) of the layers that a prompt writes as code."""
    for kind, arguments in _CALL.findall(prompt):
        named = dict(re.findall(r"(\w+)=(\(?[\d, ]+\)?|\w+)", arguments))
        plain = re.match(r"\(?\s*(\d+)\s*(?:,\s*(\d+))?", arguments.split(")")[0])
        window = named.get("kernel_size") or named.get("pool_size")
        if window is None and plain:
            window = plain[1] if "Pooling" in kind else plain[2]
        numbers = [int(number) for number in re.findall(r"\d+", window or "")]
        default = numbers[0] if "Pooling" in kind and numbers else 1
        stride = int(re.sub(r"\D", "", named.get("strides", "")) or default)
        rate = int(re.sub(r"\D", "", named.get("dilation_rate", "")) or 1)
        if numbers:
            yield kind, numbers, stride, rate


def faults(numbers, prompt):
    """What networks do not have, in sentences."""
    found = []
    if "stride" in numbers and "kernel" in numbers:
        kernel = numbers["kernel"]
        size = kernel if isinstance(kernel, int) else len(kernel)
        if numbers["stride"] > size:
            found.append(f"stride {numbers['stride']} is larger than the window {size}")
    for kind, sides, stride, rate in layers_of(prompt):
        if stride > max(sides):
            found.append(f"{kind}: stride {stride} is larger than the window {sides}")
        if max(sides) > LARGEST.get(kind, 15):
            found.append(f"{kind}: a window of {sides}")
        if kind == "Conv1D" and sides[0] < 3:
            found.append(f"{kind}: a window of {sides}")
        if rate > 16:
            found.append(f"{kind}: dilation rate {rate}")
    return found


def stands_in_the_drawing(numbers, answer):
    """Whether the answer is a list of the drawing, or its numbers in their order."""
    values = list(numbers.values())
    in_order = json.dumps([value for value in values if isinstance(value, int | float)])
    told = json.dumps(answer)
    return told in map(json.dumps, values) or told[1:-1] in in_order[1:-1]
