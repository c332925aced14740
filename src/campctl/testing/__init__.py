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


_MODULES = ("campctl.testing.contract", "campctl.testing.faults", "campctl.testing.session")


def _let_asserts_speak() -> None:
    """Have pytest rewrite the suites' asserts, as it does with those of test files."""
    import sys

    import pytest

    pytest.register_assert_rewrite(*(module for module in _MODULES if module not in sys.modules))


def __getattr__(name: str) -> Any:
    if name in __all__:
        _let_asserts_speak()
    if name == "BackendContract":
        from campctl.testing.contract import BackendContract

        return BackendContract
    if name == "FaultContract":
        from campctl.testing.faults import FaultContract

        return FaultContract
    raise AttributeError(name)
