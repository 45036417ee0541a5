"""Vectors of lanes as a type of Numba: `load`, `store` and arithmetic become single instructions of the processor."""

# pyright: basic, reportOptionalCall=false

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

from detente.solve.logit.layout import LANES


class _Lanes(types.Type):
    """Numba's type of a vector."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes({LANES})")


_lanes = _Lanes()
_DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
_WORDS = ir.VectorType(ir.IntType(64), LANES)


@register_model(_Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _DOUBLES)


def _spread(builder: Any, number: Any) -> Any:
    """A vector of one number."""
    nothing = ir.Constant(_DOUBLES, ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(
        first, nothing, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    )


def _vector(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """``value`` as a vector, whether it is one or a number."""
    if kind is _lanes:
        return value
    return _spread(builder, context.cast(builder, value, kind, types.float64))


def _define(symbol: Any, instruction: str) -> None:
    """Let ``symbol`` between a vector and a vector or number be one instruction."""

    class Template(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: Any, kws: Any) -> Any:
            if len(args) == 2 and _lanes in args and all(a is _lanes or a is types.float64 for a in args):
                return signature(_lanes, *args)
            return None

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        both = [_vector(context, builder, kind, value) for kind, value in zip(sig.args, args, strict=True)]
        return getattr(builder, instruction)(*both)

    infer_global(symbol)(Template)
    for left, right in ((_lanes, _lanes), (_lanes, types.float64), (types.float64, _lanes)):
        lower_builtin(symbol, left, right)(code)


for _symbol, _instruction in {
    operator.add: "fadd",
    operator.sub: "fsub",
    operator.mul: "fmul",
    operator.truediv: "fdiv",
}.items():
    _define(_symbol, _instruction)


def _pointer(context: Any, builder: Any, kinds: Any, values: Any) -> Any:
    """Where the row of an array [.., LANES] begins."""
    array = context.make_array(kinds[0])(context, builder, values[0])
    index = [
        context.cast(builder, value, kind, types.intp)
        for kind, value in zip(kinds[1:], values[1:], strict=True)
    ]
    index.append(ir.Constant(ir.IntType(64), 0))
    row = cgutils.get_item_pointer(
        context, builder, kinds[0], array, index, wraparound=False, boundscheck=False
    )
    return builder.bitcast(row, _DOUBLES.as_pointer())


@intrinsic
def load(typing: Any, array: Any, row: Any) -> Any:
    """The vector ``array[row]``."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_pointer(context, builder, sig.args, args), align=8)

    return _lanes(array, row), code


@intrinsic
def store(typing: Any, array: Any, row: Any, vector: Any) -> Any:
    """``array[row] = vector``; a number goes into every lane."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = _vector(context, builder, sig.args[2], args[2])
        builder.store(value, _pointer(context, builder, sig.args[:2], args[:2]), align=8)
        return context.get_dummy_value()

    return types.void(array, row, vector), code


@intrinsic
def spread(typing: Any, number: Any) -> Any:
    """A vector of one number."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _spread(builder, args[0])

    return _lanes(types.float64), code


@intrinsic
def where_less(typing: Any, a: Any, b: Any, yes: Any, no: Any) -> Any:
    """``yes`` in the lanes in which a < b, else ``no``; vectors or numbers."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        a, b, yes, no = (
            _vector(context, builder, kind, value) for kind, value in zip(sig.args, args, strict=True)
        )
        return builder.select(builder.fcmp_ordered("<", a, b), yes, no)

    return _lanes(a, b, yes, no), code


@intrinsic
def some_less(typing: Any, a: Any, b: Any) -> Any:
    """Whether a < b in at least one lane."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        a, b = (_vector(context, builder, kind, value) for kind, value in zip(sig.args, args, strict=True))
        mask = builder.bitcast(builder.fcmp_ordered("<", a, b), ir.IntType(LANES))
        return builder.icmp_unsigned("!=", mask, ir.Constant(ir.IntType(LANES), 0))

    return types.boolean(a, b), code


@intrinsic
def product_error(typing: Any, a: Any, b: Any, product: Any) -> Any:
    """a * b - product with one rounding, ``product`` being the rounded product: what is missing from it, exactly."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(_DOUBLES, [_DOUBLES] * 3)
        fma = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.v{LANES}f64")
        minus = builder.fsub(ir.Constant(_DOUBLES, [-0.0] * LANES), args[2])
        return builder.call(fma, [args[0], args[1], minus])

    return _lanes(a, b, product), code


@intrinsic
def power_of_two(typing: Any, shifted: Any) -> Any:
    """2^k for whole k between -1022 and 1023; ``shifted`` is k + SHIFTER, whose last bits are those of k."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        k = builder.add(builder.bitcast(args[0], _WORDS), ir.Constant(_WORDS, [1023] * LANES))
        return builder.bitcast(builder.shl(k, ir.Constant(_WORDS, [52] * LANES)), _DOUBLES)

    return _lanes(shifted), code
