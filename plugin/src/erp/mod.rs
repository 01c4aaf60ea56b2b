//! The ERP's tables: mapping, streams of records, diagnosis.
