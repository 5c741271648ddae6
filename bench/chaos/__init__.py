"""Plays sick servers, hostile callers and overload against a gateway. Started by bench/chaos.sh."""
