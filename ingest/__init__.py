"""Essays in, relations out: the pipeline of essay ingest."""
