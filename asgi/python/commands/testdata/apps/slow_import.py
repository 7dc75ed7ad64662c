import time

print("slow_import takes its time", flush=True)
time.sleep(3600)
