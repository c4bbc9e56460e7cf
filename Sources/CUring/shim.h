// Sends to many sockets by one system call: liburing's calls, which are macros and structures that Swift does not see.
#pragma once
#include <errno.h>
#include <liburing.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

/// One send: what goes where, and what came of it: the bytes that the kernel took, an error's number below zero, or untried.
typedef struct postern_send_request {
    const void *bytes;
    uint32_t count;
    int socket;
    int result;
} postern_send_request;

static const int POSTERN_SEND_UNTRIED = INT32_MIN;

/// A ring for at most `capacity` sends at once, used by the thread that opens it alone. NULL where the kernel has none for us: it is
/// older than 5.18, or io_uring is switched off.
static inline void *postern_ring_open(unsigned capacity) {
    struct io_uring *ring = (struct io_uring *)calloc(1, sizeof *ring);
    // With this flag a request that the kernel cannot read does not keep those behind it.
    if (ring == NULL || io_uring_queue_init(capacity, ring, IORING_SETUP_SUBMIT_ALL) != 0) {
        free(ring);
        return NULL;
    }
    // Spares looking the ring's file up at each call; without it all works the same.
    (void)io_uring_register_ring_fd(ring);
    return ring;
}

static inline void postern_ring_close(void *ring) {
    io_uring_queue_exit((struct io_uring *)ring);
    free(ring);
}

/// Sends all in order, without waiting and without SIGPIPE; at most as many as the ring's capacity. Every request has its result then.
/// 1, or less when the ring is of no more use: requests that the kernel did not take are untried then. Below 0 when some were taken and not
/// answered: they failed, and their bytes may still be read, so that nothing else may ever be put in their place.
static inline int postern_ring_send(void *opaque, postern_send_request *all, unsigned count) {
    struct io_uring *ring = (struct io_uring *)opaque;
    for (unsigned index = 0; index < count; index++) {
        all[index].result = POSTERN_SEND_UNTRIED;
        struct io_uring_sqe *entry = io_uring_get_sqe(ring);
        if (entry == NULL) return 0;
        // Not waiting, a send is over before the call returns, one way or the other: its bytes are only lent until then.
        io_uring_prep_send(entry, all[index].socket, all[index].bytes, all[index].count, MSG_NOSIGNAL | MSG_DONTWAIT);
        entry->user_data = index;
    }
    unsigned answered = 0;
    for (int failures = 0; answered < count;) {
        unsigned queued = io_uring_sq_ready(ring);
        // Everything was taken and answers are missing: they are waited for, since their bytes are still lent.
        int error = queued > 0 ? io_uring_submit(ring) : io_uring_submit_and_wait(ring, 1);
        struct io_uring_cqe *answer;
        unsigned head, seen = 0;
        io_uring_for_each_cqe(ring, head, answer) {
            if (answer->user_data < count) all[answer->user_data].result = answer->res;
            seen++;
        }
        io_uring_cq_advance(ring, seen);
        answered += seen;
        if (error >= 0 || seen > 0) failures = 0;
        else if (error != -EINTR) failures++;
        if (failures < 8) continue;
        unsigned taken = count - io_uring_sq_ready(ring);
        int outcome = 0;
        for (unsigned index = 0; index < taken; index++) {
            if (all[index].result != POSTERN_SEND_UNTRIED) continue;
            all[index].result = -EIO;
            outcome = -1;
        }
        return outcome;
    }
    return 1;
}
