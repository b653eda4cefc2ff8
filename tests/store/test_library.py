import subprocess
import sys

from tests.servers import ROOT


def test_making_a_database_loads_no_library_for_numbers(tmp_path):
    code = """
import sys
from pathlib import Path
from solosync.store.engine import Store
with Store.open(Path(sys.argv[1])) as store:
    store.write(lambda tx: tx.db["settings"].insert({"name": "n", "value": "v"}))
print("sqlite_utils" in sys.modules, "numpy" in sys.modules, "pandas" in sys.modules)
import numpy
print(numpy.zeros(1))
"""
    result = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "new.db"], cwd=ROOT, capture_output=True, text=True
    )
    assert (result.stdout, result.stderr) == ("True False False\n[0.]\n", "")
