"""The tests mirror the source; `flow` tells whole stories."""
