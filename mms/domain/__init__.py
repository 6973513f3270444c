"""The rules of the product, in pure Python: no I/O, no clock, no library beyond the standard one."""
