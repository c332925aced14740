"""What looks and writes: the ground an exchange stands on, its machines, the lock, the image that is kept, batches."""
