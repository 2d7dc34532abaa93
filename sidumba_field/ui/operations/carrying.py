"""What may be started about the way files travel: keep one for the flashdisk, let it go, keep all beyond a size."""

from __future__ import annotations

from functools import partial

from sidumba_field.services.views import Changes
from sidumba_field.ui.operations import syncing
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import tell


def carry(desk: Desk, sha: str, *, by_stick: bool) -> None:
    """Keep a file for the flashdisk, or let it go over the line; told with Urungkan."""

    def done(changes: Changes) -> None:
        _changed(desk, changes)
        said = tell("sync.kept_for_stick" if by_stick else "sync.goes_by_line")
        desk.say(Notice(said, undo=partial(_back, desk, sha, by_stick)))

    desk.jobs.db(partial(desk.services.files.carry, sha, by_stick), done, desk.fail)


def _back(desk: Desk, sha: str, by_stick: bool) -> None:
    desk.jobs.db(partial(desk.services.files.carry, sha, not by_stick), partial(_changed, desk), desk.fail)


def carry_over(desk: Desk, limit: int, _checked: bool = True) -> None:
    """Keep every file beyond a size for the flashdisk from now on; 0 lets all go."""
    desk.jobs.db(partial(desk.services.files.carry_over, limit), partial(_changed, desk), desk.fail)


def _changed(desk: Desk, changes: Changes) -> None:
    desk.touch(changes)
    syncing.load(desk)
