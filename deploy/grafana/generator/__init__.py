"""Makes the dashboards: what is asked (`overview`, `indices`, `capacity`, `health`), how a data
source is asked (`sources`), and Grafana's JSON (`grafana`)."""
