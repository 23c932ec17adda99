// What Swift cannot call or name: prctl takes a variable number of arguments, and the resources of
// setrlimit have different types with each C library.
#pragma once
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/// Keeps the process's memory, and with it every secret, out of core dumps and from other processes of its user.
static inline void process_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

/// Raises the soft limit of open descriptors towards the hard one, up to `wanted`.
/// @return the limit in force; 0 when it is not known.
static inline unsigned long process_raise_descriptor_limit(unsigned long wanted) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    rlim_t goal = limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= goal) return limit.rlim_cur;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = goal;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? goal : before;
}
