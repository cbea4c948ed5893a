"""``tracker seed`` loads reviewed plans, units and tasks from a file; ``tracker sample load`` the sample."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli_program import Program, pass_program
from tracker.domain.seed import Seed
from tracker.reading.seed_error import SeedError
from tracker.reading.seed_file import read_seed
from tracker.services.errors import Invalid
from tracker.services.sample import NOT_IN_PRODUCTION, SAMPLE_DAY, load_sample, sample_morning
from tracker.services.seeding import Loaded, load_seed
from tracker.services.sweep import sweep
from tracker.settings import PROJECT_ROOT

SEED_FILE = PROJECT_ROOT / "tasks_seed.yaml"


class UnusableSeedError(click.ClickException):
    """The seed cannot be loaded; the program ends with 2, as for anything wrongly given."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        click.echo(f"{self.message}\n没有载入任何内容。", err=True)


def seed_from(path: Path) -> Seed:
    """The seed in a file; raises UnusableSeedError naming file, line and field of all that is wrong."""
    try:
        return read_seed(path.read_bytes().decode("utf-8-sig"), path.name)
    except OSError as error:
        raise UnusableSeedError(f"{path}：读不了这个文件（{error.strerror or error}）。") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UnusableSeedError(f"{path.name} 第 {line} 行：不是 UTF-8 编码的文字，请另存为 UTF-8 后重试。") from error
    except SeedError as error:
        raise UnusableSeedError(str(error)) from error


def load_file(program: Program, path: Path) -> Loaded:
    """Loads a seed file into the program's database."""
    seed = seed_from(path)
    with program.session() as session:
        try:
            return load_seed(session, seed, program.clock.now())
        except Invalid as error:
            raise UnusableSeedError(f"{path.name}：{error}") from error


@click.command("seed", help="载入核定的单位、文件和任务（默认 tasks_seed.yaml），可重复执行。")
@click.argument("file", metavar="[文件]", type=click.Path(path_type=Path), default=SEED_FILE)
@pass_program
def seed_command(program: Program, file: Path) -> None:
    loaded = load_file(program, file)
    click.echo(f"{file.name}：没有变化。" if loaded.is_unchanged else f"已载入 {file.name}：")
    for line in loaded.lines():
        click.echo(f"  {line}")


@click.group("sample", help="示例数据（正式环境不可用）。")
def sample_group() -> None:
    pass


@sample_group.command("load", help="载入示例：核定数据、八个示例账号和一段办理历史。可重复执行。")
@pass_program
def sample_load(program: Program) -> None:
    if program.settings.production:
        raise UnusableSeedError(NOT_IN_PRODUCTION)
    seed = seed_from(SEED_FILE)
    with program.session() as session:
        try:
            loaded = load_sample(session, seed, program.settings, program.clock)
        except Invalid as error:
            raise UnusableSeedError(str(error)) from error
    if not loaded.is_new:
        click.echo("示例数据已经载入，没有变化。账号和密码见登录页。")
        return
    noticed = sweep(program.engine, sample_morning(program.clock), SAMPLE_DAY, program.clock.zone)
    click.echo(f"已载入示例数据：办理记录 {loaded.events} 条，提醒 {noticed.total} 条。")
    click.echo("示例账号（密码只在这里显示一次，演示期间登录页也会列出）：")
    for person in loaded.people:
        click.echo(f"  {person.login:<11} {person.password:<24} {person.name}  {person.unit} {person.office}")
