"""Apply writes all that was shown, and undo brings every byte, mode and missing file back."""

from __future__ import annotations

import pytest

from tests.apply.hosts import Host, furnish, whole_plan
from wizard.apply import commit, plan_changes, undo


@pytest.mark.parametrize("furnished", [True, False], ids=["files stand there", "bare host"])
async def test_undo_leaves_every_file_and_folder_as_it_was(host: Host, furnished: bool) -> None:
    if furnished:
        furnish(host)
    before, folders = host.files(), host.folders()
    changes = await plan_changes(host.system, host.project, whole_plan(host))
    assert changes.refusals == ()
    receipt = await commit(host.system, host.project, changes)
    assert len(receipt.changes) == 6
    assert host.files() != before
    await undo(host.system)
    assert host.files() == before
    assert host.folders() == folders


async def test_a_second_plan_has_nothing_to_change(host: Host) -> None:
    furnish(host)
    plan = whole_plan(host)
    await commit(host.system, host.project, await plan_changes(host.system, host.project, plan))
    again = await plan_changes(host.system, host.project, plan)
    assert again.changes == ()
    assert len(again.unchanged) == 6
