//! ODBC: connections, block cursors, and what differs between databases.
