"""Request Tracker; a search of tickets is fetched as iCalendar by an address that needs no sign-in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from urllib.parse import quote

import psycopg
from sqlalchemy.engine import URL

from benchmarks.peers.environments import run
from benchmarks.peers.packages import install_packages, version_of
from benchmarks.peers.peer import Ask, Kept
from benchmarks.seeding import AT, due_of, title_of
from benchmarks.served import started
from tests.databases import running_server
from tests.ports import free_port

PACKAGE = "request-tracker5"
# With a name for mail that sends none, and none of the package's own databases.
PACKAGES = (PACKAGE, "rt5-db-postgresql", "starman", "dbconfig-no-thanks", "msmtp-mta")
SERVER = "/usr/share/request-tracker5/libexec/rt-server"
SERVING = ("--server", "Starman", "--workers", "2", "--keepalive-timeout", "60", "--host", "127.0.0.1")
SETUP = ("rt-setup-database-5", "--action", "init", "--skip-create")
LIBRARY = "/usr/share/request-tracker5/lib"
OWNER = "root"
NOON = time(12)
CONFIG = """Set($rtname, 'office');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {web_port});
Set($DatabaseType, 'Pg');
Set($DatabaseHost, '{host}');
Set($DatabasePort, '{port}');
Set($DatabaseName, '{name}');
Set($DatabaseUser, '{user}');
Set($DatabasePassword, '{password}');
Set($LogToSyslog, '');
Set($LogToSTDERR, 'error');
1;
"""
# Makes a queue for each search that it is given, and prints its number and the secret part of the search's address.
QUEUES = """use RT; RT::LoadConfig(); RT::Init();
my $user = RT::User->new(RT->SystemUser); $user->Load(shift @ARGV);
while (my ($name, $search) = splice @ARGV, 0, 2) {
    my $queue = RT::Queue->new(RT->SystemUser); $queue->Create(Name => $name);
    print $queue->Id, " ", $user->GenerateAuthString($search), "\\n";
}
"""
TICKET = (
    "INSERT INTO tickets (id, effectiveid, queue, type, owner, subject, status, due, creator, created, lastupdatedby, "
    "lastupdated) SELECT %s, %s, %s, 'ticket', id, %s, 'open', %s, id, %s, id, %s FROM users WHERE name = 'root'"
)
CHANGE = "UPDATE tickets SET subject = %s, lastupdated = %s WHERE id = (SELECT max(id) FROM tickets WHERE queue = %s)"


@dataclass(frozen=True, slots=True)
class Queue:
    """The tickets of one size: the queue's number and the path of its calendar."""

    number: int
    path: str


@dataclass
class RunningTracker:
    """The program with a queue for each size, and a connection to its database."""

    port: int
    database: psycopg.Connection
    queues: dict[int, Queue]
    changes: int = 0

    def ask(self, size: int) -> Ask:
        return Ask(self.queues[size].path)

    def change(self, size: int) -> None:
        """In the database: the program keeps nothing of tickets between requests."""
        self.changes += 1
        words = f"{title_of(size)}（第{self.changes}次修改）"
        self.database.execute(CHANGE, (words, _written(AT), self.queues[size].number))


class RequestTracker:
    """The program on PostgreSQL, served by Starman, both as its documentation says."""

    name = "Request Tracker"
    kept = Kept.POSTGRESQL
    task = "a ticket with a due date, in a queue"
    serving = "Starman, 2 processes"

    def install(self, home: Path) -> str:
        install_packages(PACKAGES)
        return version_of(PACKAGE)

    @contextmanager
    def running(self, home: Path, sizes: Sequence[int]) -> Iterator[RunningTracker]:
        with running_server() as server:
            url = server.create("template0")
            try:
                with _served(home, url, sizes) as running:
                    yield running
            finally:
                server.drop(url)


@contextmanager
def _served(home: Path, url: URL, sizes: Sequence[int]) -> Iterator[RunningTracker]:
    port = free_port()
    env = _configured(home, url, port)
    run([*SETUP], {**os.environ, **env})
    queues = _queues(env, sizes)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(plain, autocommit=True)) as database:
        _fill(database, queues)
        with started([SERVER, *SERVING, "--port", str(port)], env, port, home / "log"):
            yield RunningTracker(port, database, queues)


def _configured(home: Path, url: URL, port: int) -> dict[str, str]:
    """Writes its settings and says where they are; those of the system count for nothing."""
    config, no_more = home / "config.pm", home / "no-more"
    shutil.rmtree(no_more, ignore_errors=True)
    no_more.mkdir()
    config.write_text(
        CONFIG.format(
            web_port=port,
            host=url.host or url.query.get("host", ""),
            port=url.port or "",
            name=url.database,
            user=url.username or "",
            password=url.password or "",
        ),
        "utf-8",
    )
    return {"RT_SITE_CONFIG": str(config), "RT_SITE_CONFIG_DIR": str(no_more)}


def _queues(env: dict[str, str], sizes: Sequence[int]) -> dict[int, Queue]:
    searches = {size: f"Queue = 'office-{size}'" for size in sizes}
    words = [word for size, search in searches.items() for word in (f"office-{size}", search)]
    told = run(["perl", f"-I{LIBRARY}", "-e", QUEUES, OWNER, *words], {**os.environ, **env})
    rows = (line.split() for line in told.splitlines())
    return {
        size: Queue(int(number), f"/NoAuth/iCal/{OWNER}/{secret}/{quote(search)}")
        for (size, search), (number, secret) in zip(searches.items(), rows, strict=True)
    }


def _fill(database: psycopg.Connection, queues: dict[int, Queue]) -> None:
    first = 1
    with database.transaction(), database.cursor() as cursor:
        for size, queue in queues.items():
            cursor.executemany(TICKET, [_ticket(first + place, queue.number) for place in range(size)])
            first += size
    database.execute("ANALYZE")


def _written(instant: datetime) -> datetime:
    """As its columns hold instants: in UTC, which they do not name."""
    return instant.replace(tzinfo=None)


def _ticket(number: int, queue: int) -> tuple[object, ...]:
    made = _written(AT)
    return number, number, queue, title_of(number), datetime.combine(due_of(number), NOON), made, made
