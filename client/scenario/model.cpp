#include "client/scenario/model.h"

#include <algorithm>

namespace client::scenario {

const Steps* inner_steps(const Step& step) {
  if (const auto* repeat = std::get_if<Repeat>(&step.action)) return &repeat->steps;
  if (const auto* retry = std::get_if<Retry>(&step.action)) return &retry->steps;
  return nullptr;
}

void point_to(Scenario& scenario, const std::string& url) {
  const auto replace = [&url](Group& group) {
    group.target = {.url = Template(url), .source = {}, .place = group.place};
  };
  std::ranges::for_each(scenario.groups, replace);
  if (scenario.setup) replace(*scenario.setup);
  if (scenario.teardown) replace(*scenario.teardown);
}

}  // namespace client::scenario
