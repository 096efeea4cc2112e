"""What taking a quiz costs: saving one answer beside a bare view, and 200 people at once for two minutes.

    python -m benchmarks.quiz [--people 200] [--seconds 120] [--database URL]

in an EMPTY database, of its own where none is named. The people begin the same quiz with a session of their own and
save one answer after the other, as the script of the page does, with a pause between; what the School confirmed is
counted against what the database holds afterwards. Prints Markdown; stops where a confirmed answer is missing, where
anything was answered with 500 or more, or where a save takes more than four queries.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from benchmarks.course import KEYS, QUESTIONS, SLUG
from benchmarks.pages import counting, environ, signed_in
from benchmarks.selection import expect
from benchmarks.serving import fetch, served
from benchmarks.world import SEED, NotEmptyError, Size, fill
from escuela import create_app
from escuela.admissions.models import Enrolment
from escuela.assessments.quizzes.models import Answer, Attempt
from escuela.config import Settings
from escuela.extensions import db
from escuela.people.models import User

QUIZ = f"/ediciones/{SLUG}/cuestionarios/cuestionario-1"
PAUSE = 5
"""Seconds between two answers of one person: faster than anybody reads."""
QUERIES, ROUNDS, WORKERS = 4, 100, 3


@dataclass
class Taking:
    """One person at the quiz, with a new connection for each request."""

    port: int
    cookie: str
    random: Random
    address: str = ""
    token: str = ""
    seen: dict[str, int] = field(default_factory=dict)
    confirmed: dict[str, str] = field(default_factory=dict)
    """The option that the School said it keeps, by question."""
    seconds: list[float] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)

    def send(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, location, body."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie, "Accept": "application/json" if fields else "text/html"}
        if fields is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.token}
        line.request(method, path, body=urlencode(fields) if fields is not None else None, headers=headers)
        answer = line.getresponse()
        body = answer.read().decode()
        line.close()
        if set_cookie := answer.getheader("Set-Cookie"):
            self.cookie = set_cookie.partition(";")[0]
        if answer.status >= 500:
            self.failures.append(answer.status)
        return answer.status, answer.getheader("Location") or "", body

    def begin(self) -> None:
        _status, _to, page = self.send("GET", QUIZ)
        self.token = re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', page)[0]
        status, self.address, _page = self.send("POST", f"{QUIZ}/intentos", {})
        expect(status == 303, f"beginning answered {status}")
        _status, _to, page = self.send("GET", self.address)
        self.seen = {slug: int(count) for slug, count in re.findall(r'name="seen-([^"]+)" value="(\d+)"', page)}
        expect(len(self.seen) == QUESTIONS, f"the page asks {len(self.seen)} questions")

    def answer(self) -> None:
        slug, key = self.random.choice(sorted(self.seen)), self.random.choice(KEYS)
        fields = {"question": slug, f"seen-{slug}": str(self.seen[slug]), f"given-{slug}": key}
        began = time.perf_counter()
        status, _to, body = self.send("POST", f"{self.address}/respuestas", fields)
        self.seconds.append(time.perf_counter() - began)
        if status == 200:
            said = json.loads(body)
            self.seen = said["seen"]
            expect(said["stored"][slug] == {"": [key]}, "what was confirmed is not what was sent")
            self.confirmed[slug] = key

    def take(self, until: float) -> None:
        time.sleep(self.random.random() * PAUSE)
        while time.perf_counter() < until:
            self.answer()
            time.sleep(self.random.uniform(0.5, 1.5) * PAUSE)


def sessions(app: Flask, people: int) -> Iterator[str]:
    """A cookie of each of the first participants."""
    for number in range(1, people + 1):
        cookie = signed_in(app, f"participante{number}").get_cookie("session")
        yield f"session={cookie.value}" if cookie else ""


def one_save(app: Flask, settings: dict[str, str]) -> str:
    """Queries of a save, and its time as a browser waits for it beside a bare view of the same size."""
    browser = signed_in(app, "participante2")
    page = browser.get(QUIZ).text
    token = re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', page)[0]
    to = browser.post(f"{QUIZ}/intentos", headers={"X-CSRFToken": token, "Referer": "http://localhost/"}).location
    for seen, key in enumerate("ab"):  # what a process does once is not counted
        fields = {"question": "pregunta-1", "seen-pregunta-1": str(seen), "given-pregunta-1": key}
        with counting() as ran:
            said = browser.post(
                f"{to}/respuestas", data=fields, headers={"X-CSRFToken": token, "Accept": "application/json"}
            )
        expect(said.status_code == 200, said.text[:200])
    expect(len(ran) <= QUERIES, f"a save takes {len(ran)} queries")
    with served("wsgi:app", settings) as school, served("benchmarks.serving:bare", {}) as bare:
        person = Taking(school, next(sessions(app, 1)), Random(SEED))
        person.begin()
        times, bare_times = [], []
        for _ in range(ROUNDS):
            person.answer()
            times.append(person.seconds[-1])
            bare_times.append(fetch(bare, f"/{len(said.data)}")[0])
    ratio = median(times) / median(bare_times)
    return (
        f"Saving one answer: {len(ran)} queries, {median(times) * 1000:.1f} ms beside "
        f"{median(bare_times) * 1000:.1f} ms of a bare view: {ratio:.1f} times."
    )


def crowd(app: Flask, settings: dict[str, str], people: int, seconds: int) -> str:
    cookies = list(sessions(app, people + 1))[1:]
    with served("wsgi:app", settings, workers=WORKERS) as port:
        takers = [Taking(port, cookie, Random(SEED + number)) for number, cookie in enumerate(cookies)]
        with ThreadPoolExecutor(people) as pool:
            list(pool.map(Taking.begin, takers))
            until = time.perf_counter() + seconds
            list(pool.map(lambda taker: taker.take(until), takers))
    missing = lost(app, takers)
    times = [each for taker in takers for each in taker.seconds]
    failures = [each for taker in takers for each in taker.failures]
    confirmed = sum(len(taker.confirmed) for taker in takers)
    expect(not missing, f"{missing} confirmed answers are not in the database")
    expect(not failures, f"answered with {sorted(set(failures))}, {len(failures)} times")
    return (
        f"{people} people for {seconds} s, {WORKERS} workers: {len(times)} saves, {confirmed} answers confirmed and "
        f"all of them there afterwards, no answer of 500 or more; median {median(times) * 1000:.0f} ms, 95 % within "
        f"{quantiles(times, n=20)[-1] * 1000:.0f} ms."
    )


def lost(app: Flask, takers: list[Taking]) -> int:
    """How many answers that were confirmed the database does not hold."""
    with app.app_context():
        rows = (
            select(User.fs_uniquifier, Answer)
            .join(Attempt, Attempt.id == Answer.attempt_id)
            .join(Attempt.enrolment)
            .join(Enrolment.user)
            .where(Attempt.submitted_at.is_(None))
        )
        held = {(who, row.question.slug): row.given.get("", []) for who, row in db.session.execute(rows)}
    who = {taker.cookie: f"benchmark-participante{number}" for number, taker in enumerate(takers, 2)}
    return sum(
        held.get((who[taker.cookie], slug)) != [key] for taker in takers for slug, key in taker.confirmed.items()
    )


def figures(database: str, instance: Path, people: int = 200, seconds: int = 120) -> str:
    settings = environ(database, instance) | {"PUBLIC_URL": "http://localhost"}
    app = create_app(Settings.from_environment(settings))
    fill(app, Size(participants=people + 2, governments=20, modules=1), SEED)
    with ExitStack() as stack:
        stack.callback(lambda: _close(app))
        return f"{one_save(app, settings)}\n\n{crowd(app, settings, people, seconds)}"


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--database", metavar="URL", default="")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / 'quiz.sqlite'}"
        try:
            print(figures(url, Path(folder), asked.people, asked.seconds))
        except NotEmptyError:
            parser.error("this database holds rows: name an empty one")


if __name__ == "__main__":
    main()
