#if canImport(Glibc)
    import CMalloc
#endif

/// Keeps the C library from giving every thread a heap of its own: each keeps
/// what it once needed, and this program is small and has few threads.
func limitMemoryArenas() {
    #if canImport(Glibc)
        mallopt(M_ARENA_MAX, 2)
        // Bytes: large buffers, such as answers, go back to the system at once.
        mallopt(M_MMAP_THRESHOLD, 1 << 18)
        mallopt(M_TRIM_THRESHOLD, 1 << 20)
    #endif
}
