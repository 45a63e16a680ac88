"""When an alert is over: a later one on its case has called it off, in earnest or both in a drill."""

import sqlalchemy as sa

from storage.tables import alerts
from storage.words import MsgType


def called_off() -> sa.ColumnElement[bool]:
    """Whether that holds of a row of `alerts`."""
    later = alerts.alias()
    return sa.exists().where(
        later.c.case_id == alerts.c.case_id,
        later.c.id > alerts.c.id,
        later.c.msg_type == MsgType.CANCEL,
        later.c.status == alerts.c.status,
    )
