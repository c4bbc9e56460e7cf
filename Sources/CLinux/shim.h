// Linux's readiness interface, and the socket calls and processor hints that Swift's own module of the C library leaves out.
#pragma once
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/// What a file is ready for, and whose file it is. Packed as the kernel's.
typedef struct epoll_event postern_event;

static const uint32_t POSTERN_READABLE = EPOLLIN;
static const uint32_t POSTERN_WRITABLE = EPOLLOUT;
static const uint32_t POSTERN_BROKEN = EPOLLERR | EPOLLHUP;

/// glibc shows it only under _GNU_SOURCE, which would change types that other modules have too.
int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
int pthread_setname_np(pthread_t thread, const char *name);

static inline int postern_epoll(void) { return epoll_create1(EPOLL_CLOEXEC); }
static inline int postern_wake(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
/// Waits for at most `capacity` events; the milliseconds are -1 for ever.
static inline int postern_wait(int poll, postern_event *events, int capacity, int milliseconds) {
    return epoll_wait(poll, events, capacity, milliseconds);
}
static inline uint32_t postern_event_ready(const postern_event *event) { return event->events; }
static inline void *postern_event_owner(const postern_event *event) { return event->data.ptr; }

static inline int postern_watch(int poll, int change, int file, uint32_t interest, void *owner) {
    postern_event event = {.events = interest, .data = {.ptr = owner}};
    return epoll_ctl(poll, change, file, &event);
}
static inline int postern_add(int poll, int file, uint32_t interest, void *owner) {
    return postern_watch(poll, EPOLL_CTL_ADD, file, interest, owner);
}
static inline int postern_change(int poll, int file, uint32_t interest, void *owner) {
    return postern_watch(poll, EPOLL_CTL_MOD, file, interest, owner);
}
static inline int postern_remove(int poll, int file) { return postern_watch(poll, EPOLL_CTL_DEL, file, 0, NULL); }

/// A stream socket that does not block and is closed on exec.
static inline int postern_stream_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }
static inline int postern_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
static inline int postern_set(int socket, int level, int name, int value) {
    return setsockopt(socket, level, name, &value, sizeof value);
}
static inline int postern_no_delay(int socket) { return postern_set(socket, IPPROTO_TCP, TCP_NODELAY, 1); }
static inline int postern_keep_alive(int socket) { return postern_set(socket, SOL_SOCKET, SO_KEEPALIVE, 1); }
static inline int postern_reuse_address(int socket) { return postern_set(socket, SOL_SOCKET, SO_REUSEADDR, 1); }
static inline int postern_only_ipv6(int socket) { return postern_set(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1); }
/// The error that a connection attempt ended with; 0 for none.
static inline int postern_socket_error(int socket) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}
/// Sends without waiting and without SIGPIPE; `more` says that more follows at once.
static inline ssize_t postern_send(int socket, const void *bytes, size_t count, int more) {
    return send(socket, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
}
static inline ssize_t postern_receive(int socket, void *bytes, size_t count) { return recv(socket, bytes, count, MSG_DONTWAIT); }
/// Looks at the first byte without taking it.
static inline ssize_t postern_peek(int socket, void *byte) { return recv(socket, byte, 1, MSG_DONTWAIT | MSG_PEEK); }

/// Has the processor fetch the cache line of an address that is soon read or written. A hint: any address will do.
static inline void postern_prefetch(const void *address) { __builtin_prefetch(address, 0); }
static inline void postern_prefetch_to_write(void *address) { __builtin_prefetch(address, 1); }
