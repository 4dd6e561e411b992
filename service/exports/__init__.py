"""Insights as files: CSV, JSONL and Parquet, and the map as SVG and PNG."""
