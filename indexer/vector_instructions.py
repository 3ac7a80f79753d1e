"""Two inner loops of the vector search in vector instructions, which the compiler does not find by itself.

They are written as LLVM code for vectors of a fixed length, which it turns into whatever the machine has.
"""

from __future__ import annotations

from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES: Final = 8
"""Rows whose codes are compared at once."""
BITS: Final = 4
"""Bits of each number of a query, the last one its sign (two's complement)."""
_WIDTH: Final = 16
_SUMS: Final = 4
"""Sums that are kept apart while a dot product is added up, so that none waits for another."""

_I32, _I64, _F32 = ir.IntType(32), ir.IntType(64), ir.FloatType()
_WORDS = ir.VectorType(_I64, LANES)
_FLOATS = ir.VectorType(_F32, _WIDTH)
_HALVES = ir.VectorType(ir.HalfType(), _WIDTH)


@intrinsic  # type: ignore[untyped-decorator]
def whole_dot(_: Any, vectors: Any, row: Any, query: Any) -> Any:
    """Dot product of one row, [n, d] of float32 or of float16 seen as uint16, with float32 [>= d]; d in whole sixteens.

    What is beyond the last sixteen is left out. The same numbers give the same sum, wherever they lie.
    """
    lanes = _HALVES if vectors.dtype == types.uint16 else _FLOATS

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        matrix = context.make_array(signature.args[0])(context, builder, arguments[0])
        other = context.make_array(signature.args[2])(context, builder, arguments[2])
        width = builder.extract_value(matrix.shape, 1)
        first = builder.gep(matrix.data, [builder.mul(arguments[1], width)])
        sums = [cgutils.alloca_once_value(builder, ir.Constant(_FLOATS, [0.0] * _WIDTH)) for _ in range(_SUMS)]
        step = _WIDTH * _SUMS
        wide = builder.and_(width, ir.Constant(_I64, -step))
        whole = builder.and_(width, ir.Constant(_I64, -_WIDTH))
        add = _adder(builder, lanes, first, other.data)
        with cgutils.for_range_slice(builder, ir.Constant(_I64, 0), wide, ir.Constant(_I64, step), _I64) as (place, _):
            for number, each in enumerate(sums):
                add(builder.add(place, ir.Constant(_I64, _WIDTH * number)), each)
        with cgutils.for_range_slice(builder, wide, whole, ir.Constant(_I64, _WIDTH), _I64) as (place, _):
            add(place, sums[0])
        one, two, three, four = (builder.load(each) for each in sums)
        reduce = _function(builder, f"llvm.vector.reduce.fadd.v{_WIDTH}f32", _F32, _F32, _FLOATS)
        total = builder.fadd(builder.fadd(one, two), builder.fadd(three, four))
        return builder.call(reduce, [ir.Constant(_F32, 0.0), total], fastmath=("reassoc",))

    return types.float32(vectors, row, query), generate


def _adder(builder: Any, lanes: Any, vector: Any, query: Any) -> Any:
    fma = _function(builder, f"llvm.fma.v{_WIDTH}f32", _FLOATS, _FLOATS, _FLOATS, _FLOATS)

    def add(place: Any, total: Any) -> None:
        mine = builder.load(builder.bitcast(builder.gep(vector, [place]), lanes.as_pointer()), align=2)
        mine = builder.fpext(mine, _FLOATS) if lanes is _HALVES else mine
        other = builder.load(builder.bitcast(builder.gep(query, [place]), _FLOATS.as_pointer()), align=4)
        builder.store(builder.call(fma, [mine, other, builder.load(total)]), total)

    return add


@intrinsic  # type: ignore[untyped-decorator]
def one_of(_: Any, vectors: Any, row: Any, place: Any) -> Any:
    """One number of [n, d] of float32, or of float16 seen as uint16, as float32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        matrix = context.make_array(signature.args[0])(context, builder, arguments[0])
        at = builder.add(builder.mul(arguments[1], builder.extract_value(matrix.shape, 1)), arguments[2])
        number = builder.load(builder.gep(matrix.data, [at]))
        return builder.fpext(builder.bitcast(number, ir.HalfType()), _F32) if vectors.dtype == types.uint16 else number

    return types.float32(vectors, row, place), generate


@intrinsic  # type: ignore[untyped-decorator]
def code_sums(_: Any, codes: Any, block: Any, planes: Any, sums: Any) -> Any:
    """For each of a block's LANES rows the sum of a query's numbers over the bits that are set in the row's code.

    Args:
        _: of the compiler.
        codes: uint64 [blocks, words, LANES].
        block: which.
        planes: uint64 [BITS, words], the bits of the query's numbers.
        sums: int64 [LANES], written to.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        matrix, query, out = (
            context.make_array(signature.args[place])(context, builder, arguments[place]) for place in (0, 2, 3)
        )
        words = builder.extract_value(matrix.shape, 1)
        first = builder.gep(matrix.data, [builder.mul(arguments[1], builder.mul(words, ir.Constant(_I64, LANES)))])
        total = cgutils.alloca_once_value(builder, ir.Constant(_WORDS, [0] * LANES))
        count = _function(builder, f"llvm.ctpop.v{LANES}i64", _WORDS, _WORDS)
        with cgutils.for_range(builder, words, intp=_I64) as loop:
            place = builder.gep(first, [builder.mul(loop.index, ir.Constant(_I64, LANES))])
            mine = builder.load(builder.bitcast(place, _WORDS.as_pointer()), align=8)
            added = builder.load(total)
            for bit in range(BITS):
                at = builder.add(builder.mul(words, ir.Constant(_I64, bit)), loop.index)
                both = builder.and_(mine, _everywhere(builder, builder.load(builder.gep(query.data, [at]))))
                worth = builder.shl(builder.call(count, [both]), ir.Constant(_WORDS, [bit] * LANES))
                added = builder.sub(added, worth) if bit == BITS - 1 else builder.add(added, worth)
            builder.store(added, total)
        builder.store(builder.load(total), builder.bitcast(out.data, _WORDS.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(codes, block, planes, sums), generate


def _everywhere(builder: Any, word: Any) -> Any:
    """The same word in all lanes."""
    nothing = ir.Constant(_WORDS, ir.Undefined)
    first = builder.insert_element(nothing, word, ir.Constant(_I32, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(_I32, LANES), [0] * LANES))


def _function(builder: Any, name: str, returned: Any, *taken: Any) -> Any:
    return cgutils.get_or_insert_function(builder.module, ir.FunctionType(returned, taken), name)
