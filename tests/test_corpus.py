import pytest

from ingest.intake.corpus import changes, checked_name
from ingest.model import IngestError

A, B, C, D = b"a", b"b", b"c", b"d"


@pytest.mark.parametrize(
    ("known", "there", "moves", "missing"),
    [
        ({"1": A}, {"1": A}, [], []),
        ({"1": A}, {"2": A}, [("1", "2")], []),
        ({"1": A}, {}, [], ["1"]),
        ({"1": A}, {"1": B}, [], []),
        ({"1": A, "2": B}, {"1": B, "2": A}, [("1", "2"), ("2", "1")], []),
        ({"1": A, "2": B, "3": C}, {"1": A, "2": D, "3": B, "4": C}, [("2", "3"), ("3", "4")], []),
        ({"1": A}, {"1": A, "2": A}, [], []),
        ({"1": A, "2": A}, {"3": A, "4": A}, [("1", "3"), ("2", "4")], []),
        ({"1": A, "2": B}, {"2": A}, [], ["1"]),
        ({"1": A, "2": B, "3": C}, {"2": A, "3": B}, [], ["1"]),
    ],
    ids=["nothing", "moved", "deleted", "edited", "swapped", "renumbered", "copied", "equal files moved", "overwritten",
         "overwritten in a chain"],
)  # fmt: skip
def test_what_happened_to_the_files_of_a_corpus(known, there, moves, missing) -> None:
    found = changes(known, there)
    assert list(found.moves) == moves
    assert list(found.missing) == missing


@pytest.mark.parametrize("name", ["", "a/b", " a", "a\nb"])
def test_a_name_that_keys_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(IngestError, match="no name for a corpus"):
        checked_name(name)
