"""What Airflow is given beside the DAG files: tasks that they share, triggers, and what the UI shows of a run.

The only room of this package that imports Airflow.
"""
