"""What others test with: the contract suites every backend passes, and a clock that does not wait.

`BackendContract` and `FaultContract` are imported on first use, because they need pytest (extra `test`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campctl.testing.clock import FakeClock

if TYPE_CHECKING:
    from campctl.testing.contract import BackendContract
    from campctl.testing.faults import FaultContract

__all__ = ["BackendContract", "FakeClock", "FaultContract"]


def __getattr__(name: str) -> Any:
    if name == "BackendContract":
        from campctl.testing.contract import BackendContract

        return BackendContract
    if name == "FaultContract":
        from campctl.testing.faults import FaultContract

        return FaultContract
    raise AttributeError(name)
