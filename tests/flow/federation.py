"""Several nodes of one installation on one PostgreSQL: one configuration, one key, a log for each."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from storage.locks import holders, place
from tests.flow.program import Program


class Federation:
    """Nodes that are started and killed one by one; the first one's folder is where the key is made."""

    def __init__(self, folder: Path, number: int, sources: dict[str, str], **given: object) -> None:
        self.nodes: list[Program] = []
        for one in range(number):
            place_of_one = folder / f"node{one}"
            place_of_one.mkdir()
            self.nodes.append(Program(place_of_one, sources, **given))  # type: ignore[arg-type]
        with self.nodes[0].database():
            for other in self.nodes[1:]:
                shutil.copy(self.nodes[0].folder / "vigil.key", other.folder / "vigil.key")

    async def serve(self, roles: Sequence[str] = ()) -> None:
        """All of them, each ready; `roles` are those of each, where they are not all."""
        for number, node in enumerate(self.nodes):
            await node.serve(*(("--roles", roles[number]) if roles else ()))

    def holder(self, name: str) -> Program | None:
        """The node that holds this lock."""
        machine = place().rpartition(":")[0]
        with self.nodes[0].database() as database, database.read() as work:
            found = holders(work.connection, [name]).get(name)
        for node in self.nodes:
            if node.service and found == f"vigil-{machine}:{node.service.pid}":
                return node
        return None

    async def end(self) -> None:
        """Whatever still runs is killed."""
        for node in self.nodes:
            if node.service:
                await node.kill()
