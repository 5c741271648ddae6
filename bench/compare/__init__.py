"""Compares frpc-gateway with HAProxy and nginx and writes the results. Started by bench/run.sh."""
