#include "daemon/system/log.h"

#include <pthread.h>
#include <sys/stat.h>
#include <sys/syslog.h>
#include <sys/uio.h>
#include <unistd.h>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>

namespace mdh {
namespace {

constexpr std::size_t kMostQueued = 256;
constexpr std::size_t kStackSize = std::size_t{256} * 1024;

std::atomic<LogLevel> lowest_level{LogLevel::info};

struct Line {
  LogLevel level;
  std::chrono::system_clock::time_point at;
  std::vector<std::string> fields;  // NAME=value, MESSAGE= first
};

int priority(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
    case LogLevel::debug:
      return LOG_DEBUG;
    case LogLevel::info:
      return LOG_INFO;
    case LogLevel::warn:
      return LOG_WARNING;
    case LogLevel::error:
      return LOG_ERR;
  }
  return LOG_ERR;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  return static_cast<spdlog::level::level_enum>(static_cast<int>(level));
}

void append_escaped(std::string& text, unsigned char byte) {
  constexpr char kHex[] = "0123456789abcdef";
  text += "\\x";
  text += kHex[byte >> 4];
  text += kHex[byte & 0x0f];
}

// Also the C1 controls (U+0080 to U+009F): a terminal obeys them like their ESC forms.
std::string without_controls(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  bool after_c2 = false;
  for (const char one : text) {
    const auto byte = static_cast<unsigned char>(one);
    const bool control = byte < 0x20 || byte == 0x7f || (after_c2 && byte >= 0x80 && byte < 0xa0);
    if (control && after_c2) {
      clean.pop_back();
      append_escaped(clean, 0xc2);
    }
    if (control) {
      append_escaped(clean, byte);
    } else {
      clean += one;
    }
    after_c2 = byte == 0xc2;
  }
  return clean;
}

bool stderr_is_the_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat found {};
  if (stream == nullptr || fstat(STDERR_FILENO, &found) != 0) return false;
  return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) == stream;
}

// Where lines go; used by one thread at a time.
class LogOutput {
 public:
  LogOutput() : journal_(stderr_is_the_journal()) {
    if (journal_) return;
    stderr_ =
        std::make_unique<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_st>());
    stderr_->set_level(spdlog::level::trace);
    stderr_->set_pattern("%Y-%m-%dT%H:%M:%SZ %l: %v", spdlog::pattern_time_type::utc);
  }

  void write(const Line& line) {
    if (journal_) return write_to_journal(line);
    const std::string_view message = std::string_view(line.fields.front()).substr(8);
    stderr_->log(line.at, spdlog::source_loc{}, spdlog_level(line.level),
                 spdlog::string_view_t(message.data(), message.size()));
    stderr_->flush();
  }

 private:
  static void write_to_journal(const Line& line) {
    std::string rank = "PRIORITY=" + std::to_string(priority(line.level));
    std::string identifier = "SYSLOG_IDENTIFIER=mdh-credentials";
    std::vector<iovec> parts{{rank.data(), rank.size()}, {identifier.data(), identifier.size()}};
    for (const std::string& field : line.fields) {
      parts.push_back({const_cast<char*>(field.data()), field.size()});
    }
    sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
  }

  bool journal_;
  std::unique_ptr<spdlog::logger> stderr_;
};

Line lost_lines(std::size_t count) {
  return {
      LogLevel::warn,
      std::chrono::system_clock::now(),
      {"MESSAGE=" + std::to_string(count) + " log lines were given up while the log stood still"}};
}

// The queue and its thread, which starts with the first line. Never destroyed: the thread may stand
// in a write for ever.
class LogThread {
 public:
  void post(Line line) {
    const std::lock_guard lock(mutex_);
    if (!writing_ && !start_writing()) return output_.write(line);
    if (lines_.size() == kMostQueued) {
      lines_.pop_front();
      ++lost_;
    }
    lines_.push_back(std::move(line));
    posted_.notify_one();
  }

  void flush(milliseconds most) {
    std::unique_lock lock(mutex_);
    written_.wait_for(lock, most, [this] { return lines_.empty() && !busy_; });
  }

 private:
  bool start_writing() {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackSize);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread{};
    writing_ = pthread_create(&thread, &attributes, &LogThread::run, this) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    return writing_;
  }

  static void* run(void* self) {
    static_cast<LogThread*>(self)->write_for_ever();
    return nullptr;
  }

  [[noreturn]] void write_for_ever() {
    std::unique_lock lock(mutex_);
    while (true) {
      posted_.wait(lock, [this] { return !lines_.empty(); });
      std::deque<Line> batch;
      if (lost_ > 0) batch.push_back(lost_lines(std::exchange(lost_, 0)));
      batch.push_back(std::move(lines_.front()));
      lines_.pop_front();
      busy_ = true;
      lock.unlock();
      for (const Line& line : batch) output_.write(line);
      lock.lock();
      busy_ = false;
      if (lines_.empty()) written_.notify_all();
    }
  }

  LogOutput output_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::condition_variable written_;
  std::deque<Line> lines_;
  std::size_t lost_ = 0;
  bool writing_ = false;
  bool busy_ = false;
};

std::atomic<LogThread*> log_thread{nullptr};

}  // namespace

void start_log(LogLevel level) {
  set_log_level(level);
  const LogThread* before = log_thread.exchange(new LogThread());
  if (before == nullptr) static_cast<void>(std::atexit([] { flush_log(); }));
}

void set_log_level(LogLevel level) {
  lowest_level = level;
}

void log_line(LogLevel level, const std::string& message, const LogFields& fields) {
  if (level < lowest_level) return;
  if (log_thread == nullptr) start_log(lowest_level);
  Line line{level, std::chrono::system_clock::now(), {"MESSAGE=" + without_controls(message)}};
  for (const auto& [name, value] : fields) {
    line.fields.push_back(std::string(name) + "=" + without_controls(value));
  }
  log_thread.load()->post(std::move(line));
}

void log_warnings(LogLevel level, const Config& config) {
  for (const Error& warning : config.warnings) log_line(level, warning.message);
}

void log_read_again(const Config& config, bool news) {
  log_line(news ? LogLevel::info : LogLevel::debug,
           "configuration read again from " + config.origin);
  log_warnings(news ? LogLevel::warn : LogLevel::debug, config);
}

void flush_log(milliseconds most) {
  if (LogThread* thread = log_thread) thread->flush(most);
}

}  // namespace mdh
