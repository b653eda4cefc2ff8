"""The rules, one module per noun: functions of a store and whoever acts."""

from solosync.store.engine import Store

__all__ = ["Store"]  # for the layers above, which reach the store only through this one
