"""Compares frpc-gateway with HAProxy and nginx, and writes down what came of it. bench/run.sh is the way in."""
