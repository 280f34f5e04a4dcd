"""What a story says of the outside systems later on leaves alone how far it has come with the others."""

from __future__ import annotations

from connectors.sandbox.scripts import Scripts


def test_it_changes_one_operation_and_keeps_how_far_the_others_have_come() -> None:
    scripts = Scripts()
    scripts.write_down(
        "17", {"beds.place": [{"place": 2}, {"place": 1}], "beds.delist": [{"delisted": True}]}
    )
    assert scripts.next_answer("17-3", "beds.place") == {"place": 2}

    scripts.change("17", {"beds.delist": [{"delisted": False}]})

    assert scripts.next_answer("17-4", "beds.place") == {"place": 1}
    assert scripts.next_answer("17-5", "beds.delist") == {"delisted": False}
