"""How Alembic meets our tables: it is handed a connection, never an address."""

from alembic import context

from hub import tables
from hub.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
)
assert tables.TABLES
with context.begin_transaction():
    context.run_migrations()
