"""What an adjustment of a plan changed."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.plans import TaskDifference, difference

FIRST: Mapping[str, object] = {"code": "01", "name": "食品经营抽查", "planned_count": 20}
SECOND: Mapping[str, object] = {"code": "02", "name": "特种设备抽查", "planned_count": 8}
THIRD: Mapping[str, object] = {"code": "03", "name": "药品经营抽查"}

TASK = st.fixed_dictionaries(
    {"code": st.sampled_from("ABCDEF"), "name": st.text(max_size=4)},
    optional={"planned_count": st.integers(0, 3), "remark": st.none() | st.text(max_size=2)},
)
TASKS = st.lists(TASK, max_size=5, unique_by=lambda task: task["code"])


def test_added_changed_and_removed_tasks_are_told() -> None:
    changed = {**SECOND, "planned_count": 12, "remark": "增加电梯"}

    found = difference([FIRST, SECOND], [THIRD, changed])

    assert found == (
        TaskDifference("03", "药品经营抽查", "added"),
        TaskDifference(
            "02",
            "特种设备抽查",
            "changed",
            (("planned_count", 8, 12), ("remark", None, "增加电梯")),
        ),
        TaskDifference("01", "食品经营抽查", "removed"),
    )


def test_a_value_taken_out_is_a_change_to_nothing() -> None:
    found = difference([FIRST], [{"code": "01", "name": "食品经营抽查"}])

    assert found == (
        TaskDifference("01", "食品经营抽查", "changed", (("planned_count", 20, None),)),
    )


def test_a_task_in_another_place_is_no_difference() -> None:
    found = difference([FIRST, SECOND], [SECOND, FIRST])

    assert found == ()


def test_a_first_version_adds_every_task() -> None:
    found = difference([], [FIRST, SECOND])

    assert [(each.code, each.state) for each in found] == [("01", "added"), ("02", "added")]


@given(tasks=TASKS)
def test_identical_versions_do_not_differ(tasks: list[dict[str, object]]) -> None:
    found = difference(tasks, [dict(task) for task in tasks])

    assert found == ()


@given(old=TASKS, new=TASKS)
def test_a_difference_says_all_that_is_needed_to_follow_it(
    old: list[dict[str, object]], new: list[dict[str, object]]
) -> None:
    followed = {task["code"]: task for task in old}

    for each in difference(old, new):
        if each.state == "removed":
            del followed[each.code]
        elif each.state == "changed":
            followed[each.code] = followed[each.code] | {
                field: value for field, _, value in each.fields
            }
        else:
            followed[each.code] = next(task for task in new if task["code"] == each.code)

    assert {code: filled(task) for code, task in followed.items()} == {
        task["code"]: filled(task) for task in new
    }


def filled(task: Mapping[str, object]) -> dict[str, object]:
    """Return the fields that say something: absent and empty are the same."""
    return {field: value for field, value in task.items() if value is not None}
