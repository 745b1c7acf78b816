"""Any array arrives in the engine as the same numbers, or is refused: types, strides, byte orders, NaN, empty, large."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from conftest import engine_main, node
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import whymap
from whymap import _handover as hand
from whymap._frames import hand_pandas
from whymap._inputs import kind_of

SETTINGS = {"deadline": None, "suppress_health_check": list(HealthCheck)}
FEW, MANY = 60, 500


class Engine:
    """The engine's readers in a process that answers one request after another."""

    def __init__(self) -> None:
        package = engine_main().parents[2]
        self.process = subprocess.Popen(
            [node(), str(Path(__file__).parent / "read.mjs"), str(package)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, **request) -> dict:
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def engine():
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def folder():
    path = Path(tempfile.mkdtemp())
    yield path
    shutil.rmtree(path)


NUMBERS = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?", sizes=(8, 16, 32, 64)),
    hnp.unsigned_integer_dtypes(endianness="?", sizes=(8, 16, 32, 64)),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
)
SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9)


@st.composite
def arrays(draw):
    """Two-dimensional arrays of any number type, as views with any strides: cut, reversed, turned, every other."""
    array = draw(NUMBERS.flatmap(lambda dtype: hnp.arrays(dtype, SHAPES)))
    if draw(st.booleans()):
        array = array.T
    if draw(st.booleans()):
        array = np.asfortranarray(array)
    steps = draw(st.tuples(*[st.sampled_from([1, 2, -1, -3])] * 2))
    return array[:: steps[0], :: steps[1]]


def as_float32(array: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(array.astype(array.dtype.newbyteorder("=")).astype(np.float32))


LARGEST = float(np.finfo(np.float32).max)


def unusable(array: np.ndarray) -> bool:
    """Whether no engine can take it: one sample or feature, not finite, all constant, integers beyond 2^53."""
    if min(array.shape) < 2:
        return True
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8 and np.any(abs_int(array) > 2**53):
        return True
    return not np.all(np.isfinite(array)) or bool(np.all(array == array[:1]))


def usable(array: np.ndarray) -> bool:
    """Whether an engine must take it. Between the two are columns whose values or spread only double holds."""
    values = as_float32(array)
    return not unusable(array) and bool(np.all(np.abs(values) < LARGEST) and np.any(values != values[:1]))


def assert_same_but_for_rounding(got: np.ndarray, array: np.ndarray) -> None:
    """Columns that were moved near zero keep single precision of their range, not only of their largest value."""
    expected = array.astype(np.float64)
    spread = np.ptp(expected, axis=0)
    bound = 2.0**-20 * spread + 2.0**-50 * np.max(np.abs(expected), axis=0) + 1e-45 * np.max(np.abs(expected))
    assert np.all(np.abs(got - expected) <= bound), (got, expected)


def abs_int(array: np.ndarray) -> np.ndarray:
    return np.array([abs(int(value)) for value in array.ravel()], dtype=object).reshape(array.shape)


def numbers(found: dict) -> np.ndarray:
    """The numbers of an answer, in one row."""
    return np.frombuffer(bytes.fromhex(found["values"]), dtype=np.float64 if found["moved"] else np.float32)


def check(engine, array: np.ndarray, **request) -> dict | None:
    """The engine holds the numbers, to the last digit, or refuses what cannot be used in words."""
    found = engine(**request)
    if "vanish beside" in found.get("text", ""):
        # the reader refuses a number beside which single precision loses all others
        assert np.max(np.abs(as_float32(array))) > 2**50
        return None
    assert "error" not in found or not usable(array), found
    if "error" not in found:
        assert not unusable(array), found
        assert (found["rows"], found["columns"]) == array.shape
        got = numbers(found).reshape(array.shape)
        if found["moved"]:
            assert_same_but_for_rounding(got, array)
        else:
            # zeros of either sign are equal: a sparse matrix stores none
            np.testing.assert_array_equal(got, as_float32(array))
        return found
    assert found.get("error") in ("shape", "format"), found
    return None


def dense_case(engine, folder, array):
    hand.write_npy(folder / "a.npy", array)
    found = check(engine, array, path=str(folder / "a.npy"))
    if found is not None and not found["moved"]:
        # bits, where nothing is left out
        assert bytes.fromhex(found["values"]) == as_float32(array).tobytes()


def sparse_case(engine, folder, array):
    if array.dtype.itemsize == 2 and array.dtype.kind == "f":
        array = array.astype(np.float32)  # SciPy has no sparse arrays of half precision
    matrix = sp.csr_array(array.astype(array.dtype.newbyteorder("=")))
    hand.write_sparse(folder / "a.npz", matrix)
    check(engine, matrix.toarray(), path=str(folder / "a.npz"))


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


@st.composite
def named(draw):
    array = draw(arrays())
    ids = draw(st.lists(TEXTS, min_size=array.shape[0], max_size=array.shape[0], unique=True))
    names = draw(st.lists(TEXTS, min_size=array.shape[1], max_size=array.shape[1], unique=True))
    return array, ids, names


def frame_case(engine, folder, given_case):
    array, ids, names = given_case
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    frame = pd.DataFrame(array.astype(array.dtype.newbyteorder("=")), index=ids, columns=names, copy=False)
    frame.index = frame.index.astype(object)
    shutil.rmtree(folder / "features.zarr", ignore_errors=True)
    no_options = dict.fromkeys(("label", "id", "layer", "use_raw", "normalize"))
    hand_pandas(folder, frame, None, no_options)
    found = check(engine, array, path=str(folder / "features.zarr"))
    if found is not None:
        assert found["ids"] == ids
        assert found["names"] == names


CASES = {"dense": (arrays(), dense_case), "sparse": (arrays(), sparse_case), "frame": (named(), frame_case)}


@pytest.mark.parametrize("kind", CASES)
def test_few(engine, folder, kind):
    strategy, case = CASES[kind]

    @settings(max_examples=FEW, **SETTINGS)
    @given(strategy)
    def run(value):
        case(engine, folder, value)

    run()


@pytest.mark.slow
@pytest.mark.parametrize("kind", CASES)
def test_many(engine, folder, kind):
    """2,000 cases: 1,000 dense, 500 sparse and 500 named."""
    strategy, case = CASES[kind]

    @settings(max_examples=2 * MANY if kind == "dense" else MANY, **SETTINGS)
    @given(strategy)
    def run(value):
        case(engine, folder, value)

    run()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("step", [1, 2])
def test_blocks_of_a_large_array(engine, folder, order, step):
    """More than one block, with a last one that is not full."""
    rows = 2 * hand.BLOCK // 4 + 37
    array = np.arange(rows * 4 * step, dtype=np.float64).reshape(rows, -1).astype(np.float32) % 8191
    array = np.asarray(array, order=order)[:, ::step]
    dense_case(engine, folder, array)
    frame_case(engine, folder, (array, [f"s{i}" for i in range(rows)], list("abcd")))


def test_a_memory_map_is_read_block_by_block(engine, folder):
    np.save(folder / "map.npy", np.random.default_rng(0).normal(size=(500, 7)))
    array = np.load(folder / "map.npy", mmap_mode="r")[::-2, 1:]
    dense_case(engine, folder, array)


def test_more_dimensions_are_laid_out_and_masks_are_missing(engine, folder):
    hand.write_npy(folder / "a.npy", np.arange(24.0).reshape(4, 3, 2)[::-1])
    found = engine(path=str(folder / "a.npy"))
    assert (found["rows"], found["columns"]) == (4, 6)
    masked = np.ma.masked_array(np.arange(6).reshape(3, 2), mask=[[0, 0], [0, 1], [0, 0]])
    hand.write_npy(folder / "a.npy", masked)
    assert engine(path=str(folder / "a.npy"))["error"] == "format"
    hand.write_npy(folder / "a.npy", np.ma.masked_array(np.arange(6).reshape(3, 2), mask=False))
    assert engine(path=str(folder / "a.npy"))["rows"] == 3


def test_sparse_entries_that_come_twice_are_added(engine, folder):
    coo = sp.coo_array(([1.0, 2.0, 4.0], ([0, 0, 1], [1, 1, 0])), shape=(3, 2))
    csr = sp.csr_array((np.array([1.0, 2.0, 4.0]), np.array([1, 1, 0]), np.array([0, 2, 3, 3])), shape=(3, 2))
    for matrix in (coo, csr):
        hand.write_sparse(folder / "a.npz", matrix)
        check(engine, matrix.toarray(), path=str(folder / "a.npz"))
    assert csr.nnz == 3, "the caller's matrix is as it was"


@pytest.mark.parametrize(
    "values",
    [
        np.array([[1 + 2j, 0], [0, 1]]),
        np.array([["a", "b"], ["c", "d"]]),
        np.array([[object(), 1], [2, 3]], dtype=object),
        np.array([["1", 2.0], [3, 4]], dtype=object),
        np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[D]"),
        np.zeros(2, dtype=[("x", "f4"), ("y", "f4")]),
        [[1, 2], [3]],
        {"a": 1},
        None,
    ],
)
def test_what_is_no_numbers_is_refused(folder, values):
    with pytest.raises((whymap.FormatError, ValueError)):
        hand.write_npy(folder / "refused.npy", values)


def test_objects_that_are_numbers(folder, engine):
    from decimal import Decimal

    hand.write_npy(folder / "a.npy", np.array([[1, Decimal("2.5")], [True, np.float32(3)]], dtype=object))
    assert numbers(engine(path=str(folder / "a.npy"))).tolist() == [1, 2.5, 1, 3]


def test_kinds_are_told_without_importing_libraries():
    class Frame(pd.DataFrame):
        pass

    assert kind_of(Frame()) == "pandas"
    assert kind_of(Path("x")) == kind_of("x") == "path"
    assert kind_of(sp.eye(3)) == "sparse"
    assert kind_of([[1, 2]]) == "array"


def test_importing_whymap_imports_nothing_heavy():
    code = "import sys, whymap; print([m for m in sys.modules if m in ('numpy', 'pandas', 'anndata', 'polars', 'tqdm')])"
    ran = subprocess.run(
        [__import__("sys").executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
