"""Whole-state saves: what the base is, and what is kept of what it was merged with."""

import pytest

from solosync.errors import Invalid, InvalidOps, NotFound, Stale
from tests.realtime.boards import dump, ids, state_of, stroke, strokes

pytestmark = pytest.mark.anyio


async def test_a_save_that_changes_something_is_one_rev(board):
    """[REV1]"""
    saved = await board.save(board.creator, state_of(stroke("a")), rev=0)
    assert (saved.rev, saved.changed, ids(saved)) == (1, True, ["a"])
    assert board.stored_rev() == 1


async def test_a_save_that_changes_nothing_keeps_the_rev(board):
    """[REV3]"""
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    saved = await board.save(board.creator, state_of(stroke("a")), rev=1)
    assert (saved.rev, saved.changed) == (1, False)
    assert board.log_length() == 2  # the board's creation, and the stroke


async def test_two_saves_from_the_same_rev_are_both_kept(board):
    """[SAVE1]"""
    base = state_of(stroke("gone"), stroke("moved"), stroke("both"))
    await board.save(board.creator, base, rev=0)
    one, other = board.device("one"), board.device("other")
    await board.save(
        one, state_of(stroke("both", color="#ff0000"), stroke("moved"), stroke("one")), rev=1
    )
    merged = await board.save(
        other,
        state_of(stroke("moved"), stroke("gone"), stroke("both", size=9), stroke("other")),
        rev=1,
    )
    assert sorted(ids(merged)) == ["both", "moved", "one", "other"]
    both = next(item for item in strokes(merged) if item["id"] == "both")
    assert (both["color"], both["size"]) == ("#ff0000", 9)


async def test_of_two_values_of_a_field_the_later_wins_and_the_other_is_kept(
    board,
):
    """[SAVE3]"""
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    await board.save(board.device(), state_of(stroke("a", color="#ff0000")), rev=1)
    saved = await board.save(board.device(), state_of(stroke("a", color="#00ff00")), rev=1)
    assert strokes(saved)[0]["color"] == "#00ff00"
    assert board.set_aside(saved.rev) == [
        {"page": "p1", "list": "strokes", "id": "a", "field": "color", "value": "#ff0000"}
    ]


async def test_a_strict_save_from_an_older_rev_is_refused_and_changes_nothing(board):
    """[BASE7]"""
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    with pytest.raises(Stale) as refused:
        await board.save(board.device(), state_of(stroke("b")), rev=0, strict=True)
    assert refused.value.server_rev == 1
    assert ids(await board.room.read()) == ["a"]
    assert board.stored_rev() == 1


async def test_a_strict_save_from_the_current_rev_is_made(board):
    """[BASE7]"""
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    saved = await board.save(board.device(), state_of(stroke("b")), rev=1, strict=True)
    assert ids(saved) == ["b"]


async def test_a_strict_save_is_refused_when_its_device_holds_an_older_rev(board):
    """[BASE7]"""
    tablet = board.device()
    await board.room.read(tablet)
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    with pytest.raises(Stale):
        await board.save(tablet, state_of(stroke("b")), strict=True)


async def test_a_strict_save_is_made_from_the_rev_that_its_device_read_last(board):
    """[BASE7] Though what it sends is nearer to a rev that it read before."""
    tablet = board.device()
    await board.room.read(tablet)
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    await board.room.read(tablet)
    saved = await board.save(tablet, state_of(), strict=True)
    assert ids(saved) == []


@pytest.mark.parametrize("rev", [7, 10**9])
async def test_a_save_from_a_rev_of_the_future_deletes_nothing(board, rev):
    """[BASE4]"""
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    saved = await board.save(board.device(), state_of(stroke("b")), rev=rev)
    assert sorted(ids(saved)) == ["a", "b"]
    assert "saved without a base" in board.versions()[0].summary


async def test_a_save_with_an_unreadable_rev_deletes_nothing(board):
    """[BASE4]"""
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    saved = await board.save(board.device(), state_of(stroke("b")), is_stated=True)
    assert sorted(ids(saved)) == ["a", "b"]


async def test_a_refused_state_changes_nothing_and_the_room_goes_on(board):
    for bad in (b"[]", b'{"zoom": NaN}', b'{"zoom": 1e999}', b"{", b'"text"'):
        with pytest.raises(Invalid):
            await board.room.save(board.creator, bad, stated_rev=0, is_stated=True)
    assert board.room.current_rev == 0
    assert ids(await board.save(board.creator, state_of(stroke("a")), rev=0)) == ["a"]


# -- without headers ---------------------------------------------------------------------------


async def test_an_autosave_keeps_what_others_added_since_its_only_get(board):
    """[BASE2]"""
    tablet, laptop = board.device("tablet"), board.device("laptop")
    for device in (tablet, laptop):
        await board.room.read(device)
    await board.save(tablet, state_of(stroke("t1")))
    await board.save(laptop, state_of(stroke("l1")))
    await board.save(tablet, state_of(stroke("t1"), stroke("t2")))
    saved = await board.save(laptop, state_of(stroke("l1"), stroke("l2")))
    assert sorted(ids(saved)) == ["l1", "l2", "t1", "t2"]


async def test_an_autosave_deletes_only_what_its_device_held(board):
    """[BASE2]"""
    tablet, laptop = board.device("tablet"), board.device("laptop")
    await board.save(board.creator, state_of(stroke("a"), stroke("b")), rev=0)
    for device in (tablet, laptop):
        await board.room.read(device)
    await board.save(laptop, state_of(stroke("a"), stroke("b"), stroke("c")))
    saved = await board.save(tablet, state_of(stroke("b")))
    assert ids(saved) == ["b", "c"]
    saved = await board.save(laptop, state_of(stroke("a"), stroke("b"), stroke("c")))
    assert ids(saved) == ["b", "c"]  # unchanged against the base never brings back


async def test_an_undo_of_a_deletion_brings_the_stroke_back(board):
    """[SAVE6]"""
    tablet = board.device()
    await board.room.read(tablet)
    await board.save(tablet, state_of(stroke("a"), stroke("b")))
    await board.save(tablet, state_of(stroke("b")))
    saved = await board.save(tablet, state_of(stroke("a"), stroke("b")))
    assert ids(saved) == ["a", "b"]


async def test_a_new_sign_in_that_saves_a_week_old_copy_removes_nothing(board):
    """[SAVE14]"""
    await board.save(board.creator, state_of(stroke("a"), stroke("b", color="#ff0000")), rev=0)
    saved = await board.save(board.device("new"), state_of(stroke("b"), stroke("old")))
    assert sorted(ids(saved)) == ["a", "b", "old"]
    assert "saved without a base" in board.versions()[0].summary
    lost = {"page": "p1", "list": "strokes", "id": "b", "field": "color", "value": "#ff0000"}
    assert lost in board.set_aside(saved.rev)


async def test_two_tabs_of_one_sign_in_each_save_against_what_they_hold(board):
    """[BASE3]"""
    tabs = board.device()
    await board.save(board.creator, state_of(stroke("a"), stroke("b")), rev=0)
    for _ in ("one", "other"):
        await board.room.read(tabs)
    one = [stroke("a"), stroke("b")]
    other = [stroke("a"), stroke("b")]
    for index in range(12):  # more than the bases that are kept
        one.append(stroke(f"one{index}"))
        await board.save(tabs, state_of(*one))
        if index % 4 == 3:
            other.append(stroke(f"other{index}"))
            await board.save(tabs, state_of(*other))
    found = ids(await board.room.read())
    assert sorted(found) == sorted({item["id"] for item in one + other})


async def test_two_tabs_of_one_sign_in_are_told_apart_after_a_restart(board):
    """[BASE3]"""
    tabs = board.device()
    for _ in ("one", "other"):
        await board.room.read(tabs)
    await board.save(tabs, state_of(stroke("one1")))
    await board.save(tabs, state_of(stroke("other1")))
    await board.reopen()
    await board.room.read(tabs)  # a third tab
    await board.save(tabs, state_of(stroke("one1"), stroke("one2")))
    saved = await board.save(tabs, state_of(stroke("other1"), stroke("other2")))
    assert sorted(ids(saved)) == ["one1", "one2", "other1", "other2"]


async def test_what_a_copied_tab_removes_unknowingly_is_marked(board):
    """[SAVE16] It never asked for the board, so its save looks like one of the first tab's."""
    tabs = board.device()
    await board.room.read(tabs)
    await board.save(tabs, state_of(stroke("a")))
    await board.save(tabs, state_of(stroke("a"), stroke("b")))
    saved = await board.save(tabs, state_of(stroke("a"), stroke("copied")))
    assert sorted(ids(saved)) == ["a", "copied"]
    assert [item["id"] for item in board.set_aside(saved.rev)] == ["b"]


async def test_a_stroke_that_was_saved_and_undone_doesnt_stay(board):
    """[SAVE4] Though another was drawn before the next save."""
    tablet = board.device()
    await board.room.read(tablet)
    await board.save(tablet, state_of(stroke("a")))
    await board.save(tablet, state_of(stroke("a"), stroke("undone")))
    saved = await board.save(tablet, state_of(stroke("a"), stroke("instead")))
    assert ids(saved) == ["a", "instead"]


async def test_who_looks_after_each_save_is_one_tab_and_its_deletions_count(board, clock):
    """[BASE3]"""
    tablet = board.device()
    for count in (0, 1, 2, 1, 3, 2, 0):
        mine = [stroke(f"s{number}") for number in range(count)]
        await board.save(tablet, state_of(*mine))
        assert ids(await board.room.read(tablet)) == [item["id"] for item in mine]


async def test_saving_again_what_is_saved_counts_as_the_last_save(board, clock):
    """[BASE3]"""
    tablet = board.device()
    await board.save(tablet, state_of(stroke("a")))
    clock.advance(seconds=6)
    await board.save(tablet, state_of(stroke("a")))
    await board.room.read(tablet)
    await board.save(tablet, state_of(stroke("a"), stroke("b")))
    assert ids(await board.save(tablet, state_of(stroke("a")))) == ["a"]


async def test_who_asks_some_time_after_a_save_may_be_a_second_tab(board, clock):
    """[BASE3]"""
    tabs = board.device()
    await board.save(tabs, state_of(stroke("a")))
    clock.advance(seconds=6)
    await board.room.read(tabs)
    await board.save(tabs, state_of(stroke("a"), stroke("one")))
    saved = await board.save(tabs, state_of(stroke("a"), stroke("other")))
    assert sorted(ids(saved)) == ["a", "one", "other"]


async def test_what_an_autosave_deleted_is_marked_and_can_be_brought_back(board):
    """[SAVE16]"""
    tablet = board.device()
    await board.save(board.creator, state_of(stroke("a"), stroke("b")), rev=0)
    await board.room.read(tablet)
    saved = await board.save(tablet, state_of(stroke("b")))
    marked = board.set_aside(saved.rev)
    assert [(item["id"], item["value"]["tool"]) for item in marked] == [("a", "pen")]
    again = await board.save(
        board.device(), state_of(marked[0]["value"], stroke("b")), rev=saved.rev
    )
    assert ids(again) == ["a", "b"]


async def test_a_stated_deletion_is_no_surprise_and_isnt_marked(board):
    """[SAVE16]"""
    await board.save(board.creator, state_of(stroke("a"), stroke("b")), rev=0)
    saved = await board.save(board.creator, state_of(stroke("b")), rev=1)
    assert board.set_aside(saved.rev) == []


async def test_where_somebody_looks_at_is_no_conflict(board):
    """[SAVE13]"""
    await board.save(board.creator, state_of(zoom=1), rev=0)
    await board.save(board.device(), state_of(zoom=2), rev=1)
    saved = await board.save(board.device(), state_of(zoom=3), rev=1)
    assert b'"zoom":3' in saved.state
    assert board.set_aside(saved.rev) == []


async def test_what_devices_hold_survives_a_restart(board):
    """[BASE2]"""
    tablet = board.device()
    await board.room.read(tablet)
    await board.save(tablet, state_of(stroke("mine")))
    await board.save(board.creator, state_of(stroke("mine"), stroke("theirs")), rev=1)
    await board.reopen()
    saved = await board.save(tablet, state_of(stroke("mine"), stroke("new")))
    assert sorted(ids(saved)) == ["mine", "new", "theirs"]
    await board.reopen()
    saved = await board.save(tablet, state_of(stroke("new")))
    assert ids(saved) == ["new", "theirs"]


async def test_a_retry_of_a_stated_save_whose_answer_was_lost_doubles_nothing(board):
    """[SAVE9] The stroke went on before the retry, so it isn't the same any more."""
    tablet = board.device()
    await board.room.read(tablet)
    await board.save(tablet, state_of(stroke("a")), rev=0)
    saved = await board.save(tablet, state_of(stroke("a", color="#ff0000")), rev=0)
    assert [(item["id"], item["color"]) for item in strokes(saved)] == [("a", "#ff0000")]


async def test_an_id_that_two_devices_made_names_two_elements(board):
    """[SAVE9]"""
    await board.save(board.device(), state_of(stroke("clock-17", color="#ff0000")), rev=0)
    saved = await board.save(board.device(), state_of(stroke("clock-17", color="#00ff00")), rev=0)
    assert sorted(item["color"] for item in strokes(saved)) == ["#00ff00", "#ff0000"]


# -- save-stream -------------------------------------------------------------------------------


async def test_a_streamed_save_needs_the_current_rev(board):
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    for rev in (0, 2, None):
        with pytest.raises(Stale) as refused:
            await board.room.stream_save(board.creator, dump(state_of()), expected_rev=rev)
        assert refused.value.server_rev == 1
    saved = await board.room.stream_save(board.creator, dump(state_of()), expected_rev=1)
    assert (saved.rev, ids(saved)) == (2, [])


async def test_the_same_idempotency_key_is_answered_as_the_first_time(board):
    first = await board.room.stream_save(
        board.creator, dump(state_of(stroke("a"))), expected_rev=0, key="k"
    )
    again = await board.room.stream_save(
        board.creator, dump(state_of(stroke("b"))), expected_rev=17, key="k"
    )
    assert again._replace(state=first.state) == first
    assert ids(await board.room.read()) == ["a"]
    assert board.stored_rev() == 1


async def test_an_idempotency_key_is_remembered_over_a_restart(board):
    first = await board.room.stream_save(
        board.creator, dump(state_of(stroke("a"))), expected_rev=0, key="k"
    )
    await board.reopen()
    again = await board.room.stream_save(board.creator, dump(state_of()), expected_rev=0, key="k")
    assert (again.rev, again.digest, again.changed) == (first.rev, first.digest, True)


async def test_an_idempotency_key_is_forgotten_after_a_day(store, clock, board):
    await board.room.stream_save(board.creator, dump(state_of()), expected_rev=0, key="k")
    clock.advance(hours=25)
    saved = await board.room.stream_save(
        board.creator, dump(state_of(stroke("a"))), expected_rev=0, key="k"
    )
    assert ids(saved) == ["a"]


async def test_a_refused_save_isnt_remembered(board):
    with pytest.raises(Stale):
        await board.room.stream_save(board.creator, dump(state_of()), expected_rev=9, key="k")
    saved = await board.room.stream_save(
        board.creator, dump(state_of(stroke("a"))), expected_rev=0, key="k"
    )
    assert saved.changed


# -- fine-grained ------------------------------------------------------------------------------


async def test_an_edit_is_one_rev_and_reaches_the_state(board):
    """[REV1]"""
    ops = [
        {"op": "add", "kind": "stroke", "value": stroke("a")},
        {"op": "update", "kind": "stroke", "id": "a", "patch": {"color": "#ff0000"}},
    ]
    edited = await board.room.edit(board.creator, ops, expected_rev=0)
    reading = await board.room.read()
    assert (edited.rev, edited.digest) == (1, reading.digest)
    assert strokes(reading) == [stroke("a", color="#ff0000")]


async def test_an_edit_from_another_rev_is_refused(board):
    """[DIFF11]"""
    with pytest.raises(Stale):
        await board.room.edit(board.creator, [], expected_rev=3)


async def test_of_operations_of_which_one_doesnt_fit_none_is_made(board):
    """[DIFF1]"""
    ops = [
        {"op": "add", "kind": "stroke", "value": stroke("a")},
        {"op": "remove", "kind": "stroke", "id": "nowhere"},
    ]
    with pytest.raises(InvalidOps) as refused:
        await board.room.edit(board.creator, ops, expected_rev=0)
    assert refused.value.index == 1
    assert ids(await board.room.read()) == []
    assert board.stored_rev() == 0


# -- restoring ---------------------------------------------------------------------------------


async def test_an_old_rev_comes_back_as_a_new_one_and_that_can_be_undone(board):
    """[HIST4]"""
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    await board.save(board.creator, state_of(stroke("b")), rev=1)
    back = await board.room.restore(board.creator, 1)
    assert (back.rev, back.changed, ids(back)) == (3, True, ["a"])
    undone = await board.room.restore(board.creator, 2)
    assert (undone.rev, ids(undone)) == (4, ["b"])


async def test_restoring_the_same_content_keeps_the_rev(board):
    """[HIST4]"""
    await board.save(board.creator, state_of(stroke("a")), rev=0)
    back = await board.room.restore(board.creator, 1)
    assert (back.rev, back.changed) == (1, False)


async def test_restoring_an_unknown_rev_is_refused(board):
    with pytest.raises(NotFound):
        await board.room.restore(board.creator, 5)


async def test_every_old_rev_shows_what_was_answered_then(board):
    """[HIST1]"""
    answered = {}
    for index in range(6):
        state = state_of(*(stroke(f"s{n}") for n in range(index, 2 * index)), zoom=index)
        saved = await board.save(board.creator, state, rev=board.room.current_rev)
        answered[saved.rev] = saved.state
    for rev, state in answered.items():
        assert await board.state_at(rev) == state
