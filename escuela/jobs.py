"""What happens by itself: one table of (when, verb). Each verb works off due rows and is harmless when run again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask
from sqlalchemy import Column, select

from escuela import storage
from escuela.applications.services import forget_old as forget_old_applications
from escuela.assessments.assignments.releasing import release_due_reviews
from escuela.assessments.assignments.renditions import prepare_files
from escuela.assessments.assignments.uploads import forget_stale as forget_stale_uploads
from escuela.assessments.quizzes.services import close_overdue_attempts
from escuela.certificates.drawing import draw_due_certificates
from escuela.extensions import db
from escuela.messages.services import deliver_due_messages
from escuela.selection.services import lapse_replies, remind_replies

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    every: timedelta
    verb: Callable[[], int]
    """Does what is due, commits as it goes where rows are independent, and says how many it did."""


def stored_keys() -> list[Column[str]]:
    """Every column that names a file of the storage, whichever room it is in."""
    return [column for table in db.metadata.tables.values() for column in table.columns if column.info.get("stored")]


def remove_orphan_files() -> int:
    """Remove files that no row names and that are too old to belong to a request still going on."""
    old = set(storage.keys(older_than=timedelta(days=1)))
    for column in stored_keys():
        old -= set(db.session.scalars(select(column)))
    for key in old:
        storage.remove(key)
    return len(old)


JOBS = (
    Job("deliver-messages", timedelta(seconds=10), deliver_due_messages),
    Job("draw-certificates", timedelta(seconds=5), draw_due_certificates),
    Job("close-attempts", timedelta(minutes=1), close_overdue_attempts),
    Job("remind-replies", timedelta(minutes=15), remind_replies),
    Job("prepare-files", timedelta(seconds=10), prepare_files),
    Job("release-reviews", timedelta(minutes=1), release_due_reviews),
    Job("lapse-replies", timedelta(minutes=5), lapse_replies),
    Job("remove-orphan-files", timedelta(days=1), remove_orphan_files),
    Job("forget-uploads", timedelta(hours=1), forget_stale_uploads),
    Job("forget-applications", timedelta(days=1), forget_old_applications),
)


def run(app: Flask, job: Job) -> int:
    """Run one job now. A failure is logged and rolled back; the next turn tries again."""
    with app.app_context():
        try:
            done = job.verb()
            db.session.commit()
        except Exception:
            db.session.rollback()
            log.exception("job %s failed", job.name)
            return 0
        if done:
            log.info("job %s: %d done", job.name, done)
        return done


def scheduler(app: Flask, *, blocking: bool) -> BaseScheduler:
    """The clockwork over JOBS, not yet started: in a thread of this process, or holding a process of its own."""
    kind = BlockingScheduler if blocking else BackgroundScheduler
    clockwork = kind(executors={"default": ThreadPoolExecutor(2)}, timezone="UTC")
    for job in JOBS:
        clockwork.add_job(
            run,
            "interval",
            args=(app, job),
            seconds=job.every.total_seconds(),
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return clockwork
