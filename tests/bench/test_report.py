"""What the report says of servers that failed, and where it writes."""

from pathlib import Path

import pytest

from tests.bench import report
from tests.bench.__main__ import DOCUMENT, PARTS
from tests.bench.drawing import WhileDrawing
from tests.bench.load import ReadBack, Sample
from tests.bench.peer_servers import Hocuspocus, PycrdtWebsocket
from tests.bench.pictures import Drawn, Export, Pdf, Pictures
from tests.bench.ramp import Ramp
from tests.bench.solosync_server import SolosyncServer
from tests.bench.yjs import Findings, YjsResults


def a_sample(rate: int, p99: float) -> Sample:
    return Sample(
        rate=rate,
        achieved=rate,
        p50=1.0,
        p99=p99,
        cpu_per_1000=0.5,
        rss=60.0,
        generator_cpu=0.2,
        problems=(),
        generator_bound=False,
    )


def some_findings(server: type, highest: int) -> Findings:
    return Findings(
        server,
        version="1.0",
        ramps=[Ramp(highest, bounded=True)],
        common=[a_sample(500, 9.0), a_sample(500, 7.0), a_sample(500, 8.0)],
        checks=[ReadBack(expected=100, lost=0, unequal=0)],
        crash=ReadBack(expected=100, lost=30, unequal=0),
    )


def test_a_peer_that_failed_stands_in_the_table_with_the_reason() -> None:
    failed = Findings(Hocuspocus, version="4.7.0", failure="npm ci failed:\nlog | of npm\nno net")
    text = report.yjs(YjsResults([some_findings(SolosyncServer, 3000), failed], 500, "bytes"))
    assert "| Hocuspocus, SQLite extension 4.7.0 | failed: npm ci failed: (no net) |" in text


def test_the_comparison_is_with_the_best_peer_that_ran() -> None:
    ours = some_findings(SolosyncServer, 3000)
    peers = [some_findings(Hocuspocus, 1500), some_findings(PycrdtWebsocket, 1000)]
    text = report.yjs(YjsResults([ours, *peers], 500, "bytes"))
    assert "is 2.0 times that of the best peer (Hocuspocus, SQLite extension)" in text
    assert "| solosync 1.0 | 3,000 [3,000-3,000] | 1.0 / 8.0 | 0.50 | 60 | 0 of 100 |" in text


def test_a_limit_of_the_generator_is_not_told_as_the_servers() -> None:
    ours = some_findings(SolosyncServer, 3000)
    ours.generator_bound = True
    assert "| ≥ 3,000 [3,000-3,000] |" in report.yjs(YjsResults([ours], 500, "bytes"))


def some_pictures(pdf: Pdf, failure: str = "") -> Pictures:
    drawn = Drawn("1,000 strokes", [2.0], [0.5, 0.3, 0.4], (1920, 1080), 1_750_000)
    exports = [Export("a|b", 2, [20, 10], [90, 40]), Export("c", 2, [20, 20], [50, 40])]
    return Pictures([drawn], pdf, [] if failure else exports, failure)


def test_pictures_are_told_beside_the_browsers() -> None:
    text = report.pictures(some_pictures(Pdf(20, 1000, 9.0, 7_000_000, 0, "PDFium", [], False)))
    assert "| 1,000 strokes | 1920 x 1080 | 1.75 | 0.40 | 2.00 |" in text
    assert "all of it vector" in text
    assert "PDFium copies it: exact on every page; an erased text is gone." in text
    assert "| a/b | 2 | 90, then 40 | 20, then 10 | 4.5, then 4.0 |" in text
    assert "solosync is 3.5 times as fast the first time, then 3.0." in text


def test_what_is_wrong_with_a_pdf_is_told() -> None:
    pdf = Pdf(20, 1000, 9.0, 7_000_000, 20, "pdftotext", ["Arabic", "emoji"], True)
    text = report.pictures(some_pictures(pdf, "no chromium"))
    assert "20 bitmaps on its pages" in text
    assert "not exact: Arabic, emoji; an erased text is still there." in text
    assert text.endswith("No browser: no chromium")


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text("<!-- yjs -->\nold\n<!-- /yjs -->\n<!-- idle -->\nkept\n<!-- /idle -->\n")
    report.write(document, "yjs", "new \\1", "2 cores")
    text = document.read_text()
    assert "old" not in text
    assert ": 2 cores. Durability full.\n\nnew \\1\n" in text
    assert "<!-- idle -->\nkept\n<!-- /idle -->\n" in text


def test_the_benchmarks_page_has_a_place_for_every_part() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    for part in PARTS:
        assert page.count(f"<!-- {part} -->\n") == page.count(f"<!-- /{part} -->\n") == 1, part


def test_a_document_without_the_section_is_not_written(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    document.write_text("nothing\n")
    with pytest.raises(ValueError, match="no marks for yjs"):
        report.write(document, "yjs", "new", "2 cores")
    assert document.read_text() == "nothing\n"


def test_edits_while_a_picture_is_drawn_are_told_beside_quiet_ones() -> None:
    quiet, busy = (Sample(300, 300.0, 5.0, p99, None, None, 0.1, (), False) for p99 in (10.0, 15.0))
    text = report.drawing(WhileDrawing([quiet], [busy], 600))
    assert "| quiet | 5.0 | 10.0 |" in text
    assert "| while drawing | 5.0 | 15.0 |" in text
    assert "15.0 ms while the child draws (1.5 times); it drew 600 pages" in text
