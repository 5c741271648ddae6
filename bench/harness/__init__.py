"""What every measurement in Python needs: processes, progress, tables, pictures. Used by compare and chaos."""
