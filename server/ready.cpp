#include "server/ready.h"

#include <nlohmann/json.hpp>

#include "scheduler/file.h"
#include "scheduler/result.h"

namespace server {

std::vector<std::string> ready_objects(const std::vector<transport::Url>& urls, int pid) {
  std::vector<std::string> objects;
  for (const transport::Url& url : urls) {
    const nlohmann::ordered_json object{{"url", to_string(url)}, {"pid", pid}};
    objects.push_back(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return objects;
}

std::expected<void, std::string> write_port_file(const std::string& path, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  const sched::Result<void> written = sched::write_file(path, text);
  if (!written) return std::unexpected("cannot write the port file " + path + ": " + describe(written.error()));
  return {};
}

}  // namespace server
