"""Chinese text in tables, bars, tabs and paragraphs: every cell is counted, in every window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.screens.driving import Running, press, text_of_screen
from tests.screens.stand_in import ARTIFACTS, StandIn
from wizard.facts import known
from wizard.plan.types import Finding, Severity

HOST = "代码仓库.公司内网.示例"
SENTENCE = "构建中的容器无法访问本机回环地址上的代理服务器，因此下载模块必然失败。" * 3


@pytest.fixture
def chinese(stream: StandIn) -> StandIn:
    """A machine whose names are Chinese."""
    facts = stream.facts
    (host, *_) = facts.private.hosts.or_else(())
    probes = tuple(
        replace(one, mirror=replace(one.mirror, url=f"https://镜像站点{index}.示例/模块代理"))
        for index, one in enumerate(facts.mirrors.ranking.or_else(()))
    )
    networks = tuple(replace(one, name="开发网络") for one in facts.docker.networks.or_else(()))
    stream.facts = replace(
        facts,
        private=replace(facts.private, hosts=known((replace(host, host=HOST),), "test")),
        mirrors=replace(facts.mirrors, ranking=known(probes, "test")),
        docker=replace(facts.docker, networks=known(networks, "test")),
    )
    severities = (Severity.FAULT, Severity.WARNING)
    areas = ("proxy", "mirrors", "private", "docker", "project")
    stream.findings = tuple(
        Finding(id=f"{area}.x", severity=one, message=SENTENCE, cure=SENTENCE, facts=(f"{area}.y",))
        for area in areas
        for one in severities
    )
    return stream


def too_wide(pilot: Pilot[int]) -> list[str]:
    """Return the lines that are not as wide as the window."""
    width = pilot.app.size.width
    lines = [strip.cell_length for strip in pilot.app.screen._compositor.render_strips()]
    shown = text_of_screen(pilot).splitlines()
    return [text for text, cells in zip(shown, lines, strict=False) if cells != width]


@pytest.mark.parametrize("size", [(50, 14), (60, 20), (80, 24), (120, 40)])
@pytest.mark.usefixtures("chinese")
async def test_no_line_breaks_the_frame(running: Running, size: tuple[int, int]) -> None:
    async with running(size=size) as pilot:
        assert too_wide(pilot) == []
        await press(pilot, "down", "enter")
        for _ in range(6):
            assert too_wide(pilot) == []
            await press(pilot, "pagedown")
            assert too_wide(pilot) == []
            await press(pilot, "enter")


@pytest.mark.usefixtures("chinese")
async def test_columns_stand_below_each_other(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "down", "enter", "enter")
        rows = [line for line in text_of_screen(pilot).splitlines() if "镜像站点" in line]
        bars = {cell_len(line[: line.index("░")]) for line in rows if "░" in line}
        signs = [(line, sign) for line in rows for sign in "✓✗" if sign in line]
        words = {cell_len(line[: line.index(sign)]) for line, sign in signs}
    assert len(bars) == 1
    assert len(words) == 1


@pytest.mark.usefixtures("chinese")
async def test_a_chinese_paragraph_wraps_beside_its_sign(running: Running) -> None:
    async with running(size=(60, 20)) as pilot:
        await press(pilot, "down", "enter")
        lines = [line for line in text_of_screen(pilot).splitlines() if "代理服务器" in line]
    assert lines
    assert all(line.strip()[0] not in "，。" for line in lines)


@pytest.mark.usefixtures("chinese")
async def test_what_is_searched_for_may_be_chinese(running: Running) -> None:
    async with running(size=(120, 40)) as pilot:
        await press(pilot, "down", "enter", "enter", "slash", *"站点1")
        assert "1 of 5 rows hold it" in text_of_screen(pilot)
        assert too_wide(pilot) == []


async def test_a_chinese_tab_is_as_wide_as_it_looks(
    running: Running, stream: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tuple(replace(one, path=f"/家/开发/{one.name}") for one in ARTIFACTS)
    monkeypatch.setattr("tests.screens.stand_in.ARTIFACTS", named)
    async with running(size=(80, 24)) as pilot:
        await press(pilot, "enter")
        for _ in range(5):
            assert too_wide(pilot) == []
            await press(pilot, "right")
